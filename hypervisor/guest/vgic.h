/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic.h - sources of virtual interrupts. Lock: vgic, taken inside unless a comment says otherwise.
 */
#ifndef GUEST_VGIC_H
#define GUEST_VGIC_H

#include "guest/domain.h"

/* NULL when the domain has no such interrupt. PPIs and SGIs are vcpu's. */
struct virq *virq_find(struct domain *domain, struct vcpu *vcpu, uint32_t intid);

/* A physical interrupt owned by a domain fired on this CPU (already acked and priority-dropped). */
void vgic_physical(struct domain *domain, uint32_t intid);
/* This CPU's physical virtual-timer PPI fired for the running vCPU. */
void vgic_vtimer(struct vcpu *vcpu);
/* Software interrupt sources (emulated devices, events, timers). Any CPU. Wakes or kicks the target. */
void vgic_set_level(struct domain *domain, struct vcpu *vcpu_for_ppi, uint32_t intid, bool high);
void vgic_pulse(struct domain *domain, struct vcpu *vcpu_for_ppi, uint32_t intid);
void vgic_pulse_when(struct domain *domain, struct vcpu *vcpu_for_ppi, uint32_t intid, enum vgic_when when);
/*
 * Trapped registers of GICv3 with one Security state: ICC_SGI1R_EL1 makes SGIs of either group pending, ICC_SGI0R_EL1
 * and ICC_ASGI1R_EL1 those that are of group 0 at their target (IHI 0069 H, 12.1.10).
 */
void vgic_sgi1r(struct vcpu *vcpu, uint64_t value);
void vgic_sgi0r(struct vcpu *vcpu, uint64_t value);
/* The guest deactivates an interrupt: trapped ICC_DIR_EL1, or GICV_DIR. */
void vgic_dir(struct vcpu *vcpu, uint32_t value);

/* Caller holds the vgic lock. */
void virq_enable(struct domain *domain, struct vcpu *vcpu, struct virq *virq, bool on);
/* @target: a vCPU; a number that no vCPU has: none, and the SPI stays pending. */
void virq_route(struct domain *domain, struct virq *virq, unsigned int target);
void virq_deactivate(struct domain *domain, struct vcpu *vcpu, struct virq *virq);
/* GICv2 SGIs: value of GICD_SGIR. */
void vgic_sgir(struct vcpu *vcpu, uint32_t value);

#endif
