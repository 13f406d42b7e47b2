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
/*
 * Take the state of an interrupt out of the list register of the vCPU that runs here, so that the state can be changed.
 */
void virq_pull(struct virq *virq);
/*
 * The state of an interrupt changed: put it into a list register, on its vCPU's queue or off it, and notify the vCPU.
 */
void virq_update(struct domain *domain, struct vcpu *vcpu, struct virq *virq);
/* An interrupt was dropped and gets no EOI: let its physical interrupt fire again. */
void virq_finish_physical(const struct vcpu *vcpu, const struct virq *virq);

/* These take the vgic lock. */
/* Whether an interrupt that is enabled would end a WFI; any context. */
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
