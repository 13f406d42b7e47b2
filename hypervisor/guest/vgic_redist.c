// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_redist.c - the emulated GICv3 redistributors (IHI 0069 12.10, 12.11):
 * two 64 KiB frames a vCPU. LPIs are vlpi.c's.
 */
#include "guest/vgic_redist.h"
#include <vimo/guest_map.h>
#include "guest/vgic_bank.h"
#include "guest/vlpi.h"
#include "hw/its_regs.h"
#include "lib/nospec.h"

#define GICR_IIDR 0x0004u
#define GICR_WAKER 0x0014u
#define GICR_IDS 0xf000u
#define FRAME_BYTES 0x10000u
#define TYPER_LAST BIT(4)
#define WAKER_SLEEP 2u
#define WAKER_CHILDREN_ASLEEP 4u

static uint64_t typer(const struct vcpu *vcpu)
{
	uint64_t value = vcpu_affinity(vcpu->id) << 32 | (uint64_t)vcpu->id << 8;

	if (vcpu->domain->vgic.lpis)
		value |= GICR_TYPER_PLPIS;
	return vcpu->id + 1 == vcpu->domain->vcpu_count ? value | TYPER_LAST : value;
}

static void access_waker(struct vcpu *owner, struct mmio_access *access)
{
	/* No interrupt is held back: PSCI puts vCPUs to sleep. */
	if (access->write)
		owner->vgic.asleep = access->data & WAKER_SLEEP;
	else
		access->data = owner->vgic.asleep ? WAKER_SLEEP | WAKER_CHILDREN_ASLEEP : 0;
}

static void access_control(struct vcpu *owner, struct mmio_access *access)
{
	uint64_t offset = access->offset;

	if (offset == GICR_WAKER && access->width == 4) {
		access_waker(owner, access);
		return;
	}
	if (owner->domain->vgic.lpis && vlpi_redist_access(owner, access))
		return;
	if (access->write)
		return;
	access->data = 0;
	if (access->width < 4)
		return;
	if (offset == GICR_IIDR)
		access->data = IIDR_VIMO;
	else if ((offset & ~7ull) == GICR_TYPER)
		access->data = mmio_part(typer(owner), access);
	else if (offset >= GICR_IDS)
		access->data = vgic_id_register((uint32_t)offset - GICR_IDS, 3);
}

enum mmio_result vgic_redist_access(struct vcpu *vcpu, void *context, struct mmio_access *access)
{
	struct domain *domain = context;
	struct vcpu *owner = domain->vcpus[nospec(access->offset / VIMO_GUEST_GICR_STRIDE, domain->vcpu_count)];
	uint64_t offset = access->offset % VIMO_GUEST_GICR_STRIDE;

	access->offset = offset % FRAME_BYTES;
	spin_lock(&domain->vgic.lock);
	if (offset < FRAME_BYTES) {
		access_control(owner, access);
	} else if (access->offset >= 0x80 && access->offset < 0xd00) {
		vgic_bank_access(vcpu, owner, 0, 31, access);
	} else {
		access->data = 0;
	}
	spin_unlock(&domain->vgic.lock);
	return MMIO_DONE;
}
