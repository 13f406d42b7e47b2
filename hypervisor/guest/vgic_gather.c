// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_gather.c - the state of interrupts in list registers of other CPUs. Lock: vgic.
 */
#include "guest/vgic_gather.h"
#include "cpu/wait.h"
#include "guest/vgic_lr.h"

/* Bit n: vCPU n has one of the interrupts in a list register, on another CPU. */
static uint64_t ask_holders(const struct virq *virq, unsigned int count)
{
	uint64_t holders = 0;

	for (const struct virq *end = virq + count; virq < end; virq++) {
		if (!virq->lr || vcpu_is_current(virq->vcpu) || holders & BIT(virq->vcpu->id))
			continue;
		holders |= BIT(virq->vcpu->id);
		__atomic_store_n(&virq->vcpu->vgic.show, true, __ATOMIC_RELAXED);
		vgic_ask(virq->vcpu);
	}
	return holders;
}

void vgic_gather(struct vcpu *vcpu, const struct virq *virq, unsigned int count)
{
	struct domain *domain = vcpu->domain;
	uint64_t holders;

	/* This CPU holds none while it waits: two that wait for each other go on. */
	vgic_fold(vcpu);
	holders = ask_holders(virq, count);
	if (likely(!holders))
		return;
	spin_unlock(&domain->vgic.lock);
	for (; holders; holders &= holders - 1) {
		const struct vcpu *holder = domain->vcpus[__builtin_ctzll(holders)];

		while (__atomic_load_n(&holder->vgic.show, __ATOMIC_ACQUIRE))
			cpu_relax();
	}
	spin_lock(&domain->vgic.lock);
}
