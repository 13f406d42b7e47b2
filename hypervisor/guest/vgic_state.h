/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_state.h - state of a virtual interrupt, for vgic*.c. The caller holds the vgic lock.
 */
#ifndef GUEST_VGIC_STATE_H
#define GUEST_VGIC_STATE_H

#include "guest/domain.h"
#include "hw/lpi.h"

/* Changes by a register write to an interrupt that another CPU's list register holds. */
#define VIRQ_DROP_PENDING 1u
#define VIRQ_DROP_ACTIVE 2u
#define VIRQ_MAKE_ACTIVE 4u
#define VIRQ_MAKE_PENDING 8u

static inline bool virq_is_enabled(const struct domain *domain, const struct vcpu *vcpu, const struct virq *virq)
{
	uint32_t bank;

	if (unlikely(virq->intid >= LPI_FIRST))
		return virq->lpi_enabled && vcpu->vgic.lpis_enabled;
	bank = virq->intid < 32 ? vcpu->vgic.enabled : domain->vgic.enabled[virq->intid / 32];
	return bank & 1u << virq->intid % 32;
}

static inline bool virq_is_pending(const struct virq *virq)
{
	return virq->latch || virq->sgi_sources || (!virq->edge && virq->line);
}

static inline void virq_set_gate(struct virq *virq)
{
	virq->gate = virq->unrouted ? 0 : virq->group1 ? 2 : 1;
}

/* Pending and enabled, with its group enabled and a vCPU to go to. @vcpu: its target. */
static inline bool virq_is_deliverable(const struct vcpu *vcpu, const struct virq *virq)
{
	return virq_is_pending(virq) && virq_is_enabled(vcpu->domain, vcpu, virq) &&
	       vcpu->domain->vgic.ctlr & virq->gate;
}

static inline struct vcpu *virq_target(struct domain *domain, struct vcpu *vcpu, const struct virq *virq)
{
	return virq->intid < 32 ? vcpu : domain->vcpus[virq->target];
}

#endif
