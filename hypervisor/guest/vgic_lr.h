/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_lr.h - the queue and the list registers of a vCPU.
 */
#ifndef GUEST_VGIC_LR_H
#define GUEST_VGIC_LR_H

#include "guest/vgic_state.h"

/* Caller holds the vgic lock. */
void vgic_queue_add(struct vcpu *vcpu, struct virq *virq);
void vgic_queue_remove(struct virq *virq);
void vgic_fold(struct vcpu *vcpu); /* running here */
/* Take its state out of the list register of the vCPU that runs here, so that it can be changed. */
void virq_pull(struct virq *virq);
/* Something changed: to a list register, to its vCPU's queue or off it; and see that the vCPU notices. */
void virq_update(struct domain *domain, struct vcpu *vcpu, struct virq *virq);
/* No EOI will come for what was dropped: its physical interrupt must be able to fire again. */
void virq_finish_physical(const struct vcpu *vcpu, const struct virq *virq);

/* These take the vgic lock. */
/* Deliverable and not masked by enable bits: would wake WFI; any context. */
bool vgic_has_pending(struct vcpu *vcpu);
/* Running vCPU, before entry, when dirty. */
void vgic_flush(struct vcpu *vcpu);
/* The vCPU gets this CPU: restore the interface; set the physical active bit of the timer's PPI. */
void vgic_load(struct vcpu *vcpu);
/* The vCPU leaves this CPU: fold, save; clear the physical active bit of the timer's PPI. */
void vgic_put(struct vcpu *vcpu);
/* Maintenance interrupt: refill. */
void vgic_maintenance(struct vcpu *vcpu);

#endif
