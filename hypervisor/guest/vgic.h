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
/* Trapped ICC_SGI1R_EL1 (v3), also SGI0R/ASGI1R. */
void vgic_sgi1r(struct vcpu *vcpu, uint64_t value);

/* Caller holds the vgic lock. */
void virq_enable(struct domain *domain, struct vcpu *vcpu, struct virq *virq, bool on);
void virq_route(struct domain *domain, struct virq *virq, unsigned int target);
/* GICv2 SGIs: value of GICD_SGIR. */
void vgic_sgir(struct vcpu *vcpu, uint32_t value);

#endif
