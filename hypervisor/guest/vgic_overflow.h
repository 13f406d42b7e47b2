/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_overflow.h - a vCPU with more interrupts than list registers. The caller holds the vgic lock; the vCPU runs
 * here.
 */
#ifndef GUEST_VGIC_OVERFLOW_H
#define GUEST_VGIC_OVERFLOW_H

#include "guest/vgic_state.h"

/* What the queue holds once list registers are full: GIC_OVERFLOW_*. */
uint8_t vgic_overflow(const struct vcpu *vcpu);
/* Deactivate interrupts in no list register that the guest has ended since the last call. */
void vgic_settle_counted(struct vcpu *vcpu);
static inline void vgic_settle(struct vcpu *vcpu)
{
	if (unlikely(vcpu->vgic.overflow & GIC_OVERFLOW_ACTIVE))
		vgic_settle_counted(vcpu);
}

#endif
