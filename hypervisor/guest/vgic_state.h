/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic_state.h - inside the vGIC: vgic*.c's own. All want the vgic lock.
 */
#ifndef GUEST_VGIC_STATE_H
#define GUEST_VGIC_STATE_H

#include "guest/domain.h"

/* What a register write wants of an interrupt that another CPU's list register holds. */
#define VIRQ_DROP_PENDING 1u
#define VIRQ_DROP_ACTIVE 2u
#define VIRQ_MAKE_ACTIVE 4u

/* NULL when the domain has no such interrupt. PPIs and SGIs are vcpu's. */
struct virq *virq_find(struct domain *domain, struct vcpu *vcpu, uint32_t intid);

static inline bool virq_is_enabled(const struct domain *domain, const struct vcpu *vcpu, const struct virq *virq)
{
	uint32_t bank = virq->intid < 32 ? vcpu->vgic.enabled : domain->vgic.enabled[virq->intid / 32];

	return bank & 1u << virq->intid % 32;
}

static inline bool virq_is_pending(const struct virq *virq)
{
	return virq->latch || virq->sgi_sources || (!virq->edge && virq->line);
}

/* Pending, enabled, and its group, too. vcpu: where it goes. */
static inline bool virq_is_deliverable(const struct vcpu *vcpu, const struct virq *virq)
{
	return virq_is_pending(virq) && virq_is_enabled(vcpu->domain, vcpu, virq) &&
	       vcpu->domain->vgic.ctlr & (virq->group1 ? 2u : 1u);
}

static inline struct vcpu *virq_target(struct domain *domain, struct vcpu *vcpu, const struct virq *virq)
{
	return virq->intid < 32 ? vcpu : domain->vcpus[virq->target];
}

/* Nobody will EOI what was dropped: its physical interrupt must be able to fire again. */
void virq_finish_physical(const struct vcpu *vcpu, const struct virq *virq);

/* vgic_lr.c: the queue and the list registers of a vCPU. */
void vgic_queue_add(struct vcpu *vcpu, struct virq *virq);
void vgic_queue_remove(struct virq *virq);
void vgic_fold(struct vcpu *vcpu); /* running here */
/* Take its state out of the list register of the vCPU that runs here, so that it can be changed. */
void virq_pull(struct virq *virq);
/* Something changed: to a list register, to its vCPU's queue or off it; and see that the vCPU notices. */
void virq_update(struct domain *domain, struct vcpu *vcpu, struct virq *virq);
void vgic_flush_locked(struct vcpu *vcpu);

void virq_enable(struct domain *domain, struct vcpu *vcpu, struct virq *virq, bool on);
void virq_route(struct domain *domain, struct virq *virq, unsigned int target);

/* GICv2 SGIs: value of GICD_SGIR. */
void vgic_sgir(struct vcpu *vcpu, uint32_t value);

enum mmio_result vgic_dist_access(struct vcpu *vcpu, void *context, struct mmio_access *access);
enum mmio_result vgic_redist_access(struct vcpu *vcpu, void *context, struct mmio_access *access);
/*
 * Registers of one bit, two bits or a byte for each interrupt, at GICD or SGI frame offset 0x80..0xcff.
 * @owner: whose SGIs and PPIs; interrupts outside low..high are not this frame's and read as zero.
 */
void vgic_bank_access(struct vcpu *vcpu, struct vcpu *owner, uint32_t low, uint32_t high, struct mmio_access *access);
/* Peripheral and component ID registers, the last 48 bytes of a frame; revision: ArchRev in PIDR2. */
uint32_t vgic_id_register(uint32_t offset_in_page, uint32_t revision);

#endif
