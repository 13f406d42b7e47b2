// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_queue.c - the interrupts of a vCPU that are in no list register. Lock: vgic.
 */
#include "guest/vgic_queue.h"
#include "guest/sched_wake.h"

void vgic_queue_add(struct vcpu *vcpu, struct virq *virq)
{
	struct virq **link = &vcpu->vgic.queue;

	while (*link && (*link)->priority <= virq->priority)
		link = &(*link)->next;
	virq->next = *link;
	*link = virq;
	virq->vcpu = vcpu;
}

void vgic_requeue(struct vcpu *vcpu, struct virq *virq)
{
	struct vcpu *target;

	if (likely(!virq->active && !virq_is_pending(virq)))
		return;
	target = virq->active ? vcpu : virq_target(vcpu->domain, vcpu, virq);
	vgic_queue_add(target, virq);
	if (likely(target == vcpu))
		return;
	__atomic_store_n(&target->vgic.dirty, 1, __ATOMIC_RELEASE);
	sched_wake(target, WAIT_INTERRUPT);
}

void virq_finish_physical(const struct vcpu *vcpu, const struct virq *virq)
{
	/* A PPI is this CPU's only while its vCPU runs here. */
	if (virq->hw && (virq->intid >= 32 || vcpu_is_current(vcpu)))
		gic->set_active(virq->hw_intid, false);
}
