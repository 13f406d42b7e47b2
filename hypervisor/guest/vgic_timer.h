/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_timer.h - the line of the virtual timer's PPI. The caller holds the vgic lock.
 */
#ifndef GUEST_VGIC_TIMER_H
#define GUEST_VGIC_TIMER_H

#include "guest/vgic_state.h"
#include "hw/timer.h"

/* Whether the timer of a vCPU asserts its interrupt. @live: the vCPU runs here, with the timer in the hardware. */
bool vgic_timer_high(const struct vcpu *vcpu, bool live);
void vgic_timer_fell(struct vcpu *vcpu, struct virq *virq);
/*
 * Unless a list register has the timer's interrupt, it is pending no longer when the guest has disabled, masked or set
 * the timer meanwhile. The vCPU runs here.
 */
static inline void vgic_timer_sample(struct vcpu *vcpu, bool live)
{
	struct virq *virq = &vcpu->vgic.private[TIMER_PPI_VIRTUAL];

	if (unlikely(virq->latch && !virq->soft && !virq->lr && !virq->active && !vgic_timer_high(vcpu, live)))
		vgic_timer_fell(vcpu, virq);
}

#endif
