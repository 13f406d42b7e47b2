// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_overflow.c - a vCPU with more interrupts than list registers. Lock: vgic.
 *
 * An interrupt can stay active without a list register: its priority is in the active priorities registers. The
 * hardware only counts the EOIs of such interrupts (EOIcount: IHI 0069 H, 12.4.6; IHI 0048 B.b, 5.3.1). With
 * EOImode = 0 an EOI ends the most urgent active interrupt, so the count tells which ones have ended. With EOImode = 1
 * the deactivation is trapped, since its order is the guest's choice.
 */
#include "guest/vgic_overflow.h"
#include "guest/vgic_queue.h"

uint8_t vgic_overflow(const struct vcpu *vcpu)
{
	uint8_t overflow = 0;

	for (const struct virq *virq = vcpu->vgic.queue; virq; virq = virq->next) {
		if (virq->active)
			overflow |= GIC_OVERFLOW_ACTIVE;
		else if (virq_is_deliverable(vcpu, virq))
			overflow |= GIC_OVERFLOW_PENDING;
	}
	return overflow;
}

void vgic_settle_counted(struct vcpu *vcpu)
{
	unsigned int count = gic->eoi_count();

	for (; count; count--) {
		struct virq *virq = vcpu->vgic.queue;

		/* The most urgent one: the queue is sorted. */
		while (virq && !virq->active)
			virq = virq->next;
		if (!virq)
			return;
		vgic_queue_remove(virq);
		virq->active = false;
		virq_finish_physical(vcpu, virq);
		vgic_requeue(vcpu, virq);
		vcpu->vgic.dirty = 1;
	}
}
