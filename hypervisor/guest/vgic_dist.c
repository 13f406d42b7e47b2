// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_dist.c - the emulated distributor (IHI 0048 4.3, IHI 0069 12.9). Unknown
 * offsets read as zero and ignore writes.
 */
#include "guest/vgic_dist.h"
#include "guest/sched_wake.h"
#include "guest/vgic.h"
#include "guest/vgic_bank.h"
#include "guest/vgic_lr.h"
#include "guest/vgic_state.h"
#include "hw/gic_dist.h"
#include "hw/its_regs.h"

#define GICD_IIDR 0x008u
#define GICD_CPENDSGIR 0xf10u
#define GICD_SPENDSGIR 0xf20u
#define GICD_IROUTER_END 0x8000u
#define CTLR_DS_ARE (1u << 6 | 1u << 4)

static uint32_t read_typer(const struct domain *domain)
{
	uint32_t lines = domain->vgic.spi_count / 32;

	if (gic_info.version == 2)
		return lines | (domain->vcpu_count - 1) << 5;
	/* No message-based SPIs; IDbits: 10 without LPIs. */
	return lines | (domain->vgic.lpis ? (uint32_t)GICD_TYPER_LPIS | (LPI_ID_BITS - 1) << 19 : 9u << 19);
}

static void write_ctlr(struct domain *domain, uint32_t value)
{
	if (domain->vgic.ctlr == (value & 3))
		return;
	domain->vgic.ctlr = value & 3;
	/*
	 * Interrupts in list registers may have to leave them, and interrupts of a group that was disabled are not on a
	 * queue yet.
	 */
	for (unsigned int i = 0; i < domain->vcpu_count; i++) {
		struct vcpu *vcpu = domain->vcpus[i];

		__atomic_store_n(&vcpu->vgic.dirty, 1, __ATOMIC_RELEASE);
		if (!vcpu_is_current(vcpu))
			sched_wake(vcpu, WAIT_INTERRUPT);
		for (unsigned int n = 0; n < 32; n++)
			if (virq_is_pending(&vcpu->vgic.private[n]))
				virq_update(domain, vcpu, &vcpu->vgic.private[n]);
	}
	for (unsigned int i = 0; i < domain->vgic.spi_count; i++)
		if (virq_is_pending(&domain->vgic.spis[i]))
			virq_update(domain, NULL, &domain->vgic.spis[i]);
}

static void access_irouter(struct domain *domain, struct mmio_access *access)
{
	struct virq *virq = virq_find(domain, NULL, (uint32_t)(access->offset - GICD_IROUTER) / 8);
	uint64_t target;

	if (!virq || virq->intid < 32 || access->width < 4) {
		access->data = 0;
		return;
	}
	if (!access->write) {
		access->data = mmio_part(virq->irouter, access);
		return;
	}
	virq->irouter = mmio_merge(virq->irouter, access) & 0xff80ffffffull;
	/*
	 * 1-of-N may go to any vCPU: vCPU 0. Else the register names a vCPU by affinity, or names none, and the SPI
	 * stays pending (IHI 0069 H, 12.9.22).
	 */
	target = virq->irouter & BIT(31) ? 0 : vcpu_of_affinity(virq->irouter);
	virq_route(domain, virq, (unsigned int)MIN(target, (uint64_t)domain->vcpu_count));
}

static void access_control(struct vcpu *vcpu, struct mmio_access *access)
{
	struct domain *domain = vcpu->domain;

	if (access->width != 4) {
		access->data = 0;
		return;
	}
	switch (access->offset) {
	case GICD_CTLR:
		if (access->write)
			write_ctlr(domain, (uint32_t)access->data);
		else
			access->data = domain->vgic.ctlr | (gic_info.version == 3 ? CTLR_DS_ARE : 0);
		break;
	case GICD_TYPER: access->data = read_typer(domain); break;
	case GICD_IIDR: access->data = IIDR_VIMO; break;
	default: access->data = 0;
	}
}

static void access_sgi(struct vcpu *vcpu, struct mmio_access *access)
{
	uint32_t offset = (uint32_t)access->offset, all = (1u << vcpu->domain->vcpu_count) - 1;

	if (!access->write)
		access->data = 0;
	if (access->width > 4)
		return;
	if (access->write && offset == GICD_SGIR && access->width == 4)
		vgic_sgir(vcpu, (uint32_t)access->data);
	for (unsigned int i = 0; offset >= GICD_CPENDSGIR && offset < 0xf30 && i < access->width; i++) {
		struct virq *virq = &vcpu->vgic.private[(offset + i) & 15];
		uint8_t sources = (uint8_t)(access->data >> i * 8 & all);

		virq_pull(virq);
		if (access->write)
			virq->sgi_sources = (uint8_t)(offset < GICD_SPENDSGIR ? virq->sgi_sources & ~sources :
										virq->sgi_sources | sources);
		else
			access->data |= (uint64_t)virq->sgi_sources << i * 8;
		virq_update(vcpu->domain, vcpu, virq);
	}
}

static void access_id(struct mmio_access *access)
{
	uint64_t page = gic_info.version == 3 ? 0xf000 : 0;

	access->data = 0;
	if (access->offset >= page && access->width == 4)
		access->data = vgic_id_register((uint32_t)(access->offset - page), gic_info.version);
}

enum mmio_result vgic_dist_access(struct vcpu *vcpu, void *context, struct mmio_access *access)
{
	struct domain *domain = context;
	uint64_t offset = access->offset;
	bool v3 = gic_info.version == 3;

	spin_lock(&domain->vgic.lock);
	if (offset < 0x80)
		access_control(vcpu, access);
	else if (offset < 0xd00)
		/* With affinity routing, SGIs and PPIs are the redistributors' (IHI 0069, 12.9). */
		vgic_bank_access(vcpu, vcpu, v3 ? 32 : 0, 1023, access);
	else if (!v3 && offset >= GICD_SGIR && offset < 0xf30)
		access_sgi(vcpu, access);
	else if (v3 && offset >= GICD_IROUTER && offset < GICD_IROUTER_END)
		access_irouter(domain, access);
	else
		access_id(access);
	spin_unlock(&domain->vgic.lock);
	return MMIO_DONE;
}
