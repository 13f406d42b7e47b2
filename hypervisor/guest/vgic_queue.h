/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_queue.h - a vCPU's queue: its interrupts that are pending or active, but in no list register. The caller holds
 * the vgic lock.
 */
#ifndef GUEST_VGIC_QUEUE_H
#define GUEST_VGIC_QUEUE_H

#include "guest/vgic_state.h"

void vgic_queue_add(struct vcpu *vcpu, struct virq *virq);
static inline void vgic_queue_remove(struct virq *virq)
{
	struct virq **link;

	if (!virq->vcpu)
		return;
	for (link = &virq->vcpu->vgic.queue; *link; link = &(*link)->next) {
		if (*link != virq)
			continue;
		*link = virq->next;
		break;
	}
	virq->vcpu = NULL;
	virq->next = NULL;
}
/*
 * An interrupt leaves a list register or the active state of @vcpu: it goes to the queue of the vCPU that it is for
 * now. A pending interrupt may have been routed elsewhere meanwhile.
 */
void vgic_requeue(struct vcpu *vcpu, struct virq *virq);
/* An interrupt was dropped and gets no EOI: let its physical interrupt fire again. */
void virq_finish_physical(const struct vcpu *vcpu, const struct virq *virq);

#endif
