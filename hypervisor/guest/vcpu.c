// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vcpu.c - making and resetting virtual CPUs.
 */
#include "guest/vcpu.h"
#include "cpu/sysreg.h"
#include "lib/string.h"
#include "mem/heap.h"

#define VCPU_PAGES (ALIGN_UP(sizeof(struct vcpu), PAGE_SIZE) / PAGE_SIZE)
/* RES1 bits of SCTLR_EL1, MMU and caches off (DDI 0487 I.a, D17.2.118). */
#define SCTLR_EL1_RESET 0x30d00800ull
#define VMPIDR_RES1 BIT(31)

static_assert(offsetof(struct vcpu, x) == 0, "entry.S");

struct vcpu *vcpu_create(struct domain *domain, unsigned int id)
{
	struct vcpu *vcpu = heap_alloc(VCPU_PAGES, 1);

	if (!vcpu)
		return NULL;
	vcpu->domain = domain;
	vcpu->id = id;
	vcpu->state = VCPU_OFF;
	vcpu->weight = 256;
	vcpu->timer_deadline = ~0ull;
	vcpu->io.region = &mmio_nowhere;
	vcpu_reset(vcpu, 0, 0);
	return vcpu;
}

void vcpu_free(struct vcpu *vcpu)
{
	heap_free(vcpu, VCPU_PAGES);
}

void vcpu_reset(struct vcpu *vcpu, uint64_t pc, uint64_t x0)
{
	memset(vcpu->x, 0, sizeof(vcpu->x));
	memset(&vcpu->context, 0, sizeof(vcpu->context));
	memset(&vcpu->vtimer, 0, sizeof(vcpu->vtimer));
	/* The CPU interface loses its state with the CPU's power; the redistributor keeps its own. */
	memset(&vcpu->vgic.hw, 0, sizeof(vcpu->vgic.hw));
	vcpu->hcr = 0;
	vcpu->clean_at = 0;
	vcpu->vdisr = 0;
	vcpu->x[0] = x0;
	vcpu->pc = pc;
	vcpu->pstate = SPSR_EL1H | SPSR_DAIF;
	vcpu->context.sctlr = SCTLR_EL1_RESET;
	vcpu->context.vmpidr = VMPIDR_RES1 | vcpu_affinity(vcpu->id);
	vcpu->wait = WAIT_NONE;
	vcpu->io.active = false;
}
