/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_lr.h - the queue and the list registers of a vCPU.
 */
#ifndef GUEST_VGIC_LR_H
#define GUEST_VGIC_LR_H

#include "guest/vgic_state.h"

/* Caller holds the vgic lock. */
/* All state out of list registers, of the vCPU that runs here. */
void vgic_fold(struct vcpu *vcpu);
/* A vCPU on another CPU folds when it next exits, which is soon. */
void vgic_ask(struct vcpu *vcpu);
/*
 * Take the state of an interrupt out of the list register of the vCPU that runs here, so that the state can be changed.
 */
void virq_pull(struct virq *virq);
/*
 * The state of an interrupt changed: put it into a list register, on its vCPU's queue or off it, and notify the vCPU.
 */
void virq_update(struct domain *domain, struct vcpu *vcpu, struct virq *virq);
/* These take the vgic lock. */
/* Whether an interrupt that is enabled would end a WFI; any context. */
bool vgic_has_pending(struct vcpu *vcpu);
/*
 * Running vCPU, before entry, when dirty; and at a maintenance interrupt: the fold or the refill ends EISR, NP or LRENP
 * (IHI 0069 H, 12.4.8).
 */
void vgic_flush(struct vcpu *vcpu);
/* The vCPU gets this CPU: restore the interface; set the physical active bit of the timer's PPI. */
void vgic_load(struct vcpu *vcpu);
/* The vCPU leaves this CPU: fold, save; clear the physical active bit of the timer's PPI. */
void vgic_put(struct vcpu *vcpu);

#endif
