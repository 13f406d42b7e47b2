// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic.c - sources of virtual interrupts: what is pending, for whom, since when.
 * Lock: the domain's vgic lock, in all of it.
 */
#include "guest/vgic.h"
#include "guest/vgic_lr.h"
#include "guest/vgic_state.h"
#include "hw/timer.h"
#include "lib/nospec.h"

struct virq *virq_find(struct domain *domain, struct vcpu *vcpu, uint32_t intid)
{
	if (intid < 32)
		return vcpu ? &vcpu->vgic.private[intid] : NULL;
	if (intid - 32 >= domain->vgic.spi_count)
		return NULL;
	return &domain->vgic.spis[nospec(intid - 32, domain->vgic.spi_count)];
}

void vgic_physical(struct domain *domain, uint32_t intid)
{
	struct virq *virq = virq_find(domain, NULL, intid);

	spin_lock(&domain->vgic.lock);
	if (virq && virq->hw) {
		virq_pull(virq);
		virq->latch = true;
		virq_update(domain, NULL, virq);
	} else {
		gic->disable(intid);
		gic->deactivate(intid);
	}
	spin_unlock(&domain->vgic.lock);
}

void vgic_vtimer(struct vcpu *vcpu)
{
	struct virq *virq = &vcpu->vgic.private[TIMER_PPI_VIRTUAL];

	spin_lock(&vcpu->domain->vgic.lock);
	virq_pull(virq);
	virq->latch = true;
	virq_update(vcpu->domain, vcpu, virq);
	spin_unlock(&vcpu->domain->vgic.lock);
}

static void change(struct domain *domain, struct vcpu *vcpu, uint32_t intid, bool high, bool pulse, enum vgic_when when)
{
	struct virq *virq = virq_find(domain, vcpu, intid);

	if (!virq || virq->hw)
		return;
	spin_lock(&domain->vgic.lock);
	virq_pull(virq);
	if (pulse || (high && !virq->line && virq->edge))
		virq->latch = true;
	if (!pulse)
		virq->line = high;
	virq->when = (uint8_t)when;
	virq_update(domain, vcpu, virq);
	spin_unlock(&domain->vgic.lock);
}

void vgic_set_level(struct domain *domain, struct vcpu *vcpu_for_ppi, uint32_t intid, bool high)
{
	change(domain, vcpu_for_ppi, intid, high, false, VGIC_NOW);
}

void vgic_pulse(struct domain *domain, struct vcpu *vcpu_for_ppi, uint32_t intid)
{
	change(domain, vcpu_for_ppi, intid, true, true, VGIC_NOW);
}

void vgic_pulse_when(struct domain *domain, struct vcpu *vcpu_for_ppi, uint32_t intid, enum vgic_when when)
{
	change(domain, vcpu_for_ppi, intid, true, true, when);
}

void virq_enable(struct domain *domain, struct vcpu *vcpu, struct virq *virq, bool on)
{
	uint32_t *bank = virq->intid < 32 ? &vcpu->vgic.enabled : &domain->vgic.enabled[virq->intid / 32];
	uint32_t bit = 1u << virq->intid % 32;

	*bank = on ? *bank | bit : *bank & ~bit;
	if (virq->hw && virq->intid >= 32) {
		if (on) {
			gic->set_edge(virq->hw_intid, virq->edge);
			gic->set_target(virq->hw_intid, domain->vcpus[virq->target]->cpu->id);
			gic->enable(virq->hw_intid);
		} else {
			gic->disable(virq->hw_intid);
		}
	}
	virq_pull(virq);
	virq_update(domain, vcpu, virq);
}

void virq_route(struct domain *domain, struct virq *virq, unsigned int target)
{
	if (target >= domain->vcpu_count || target == virq->target)
		return;
	virq_pull(virq);
	virq->target = (uint8_t)target;
	if (virq->hw)
		gic->set_target(virq->hw_intid, domain->vcpus[target]->cpu->id);
	virq_update(domain, NULL, virq);
}

static void sgi_to(struct vcpu *sender, struct vcpu *target, uint32_t intid)
{
	struct virq *virq = &target->vgic.private[intid];

	virq_pull(virq);
	if (gic_info.version == 2)
		virq->sgi_sources |= (uint8_t)BIT(sender->id);
	else
		virq->latch = true;
	virq_update(target->domain, target, virq);
}

#define SGI1R_IRM BIT(40)
#define SGI1R_TARGET (~MASK(27, 24))

void vgic_sgi1r(struct vcpu *vcpu, uint64_t value)
{
	struct domain *domain = vcpu->domain;
	uint32_t intid = (uint32_t)FIELD(value, 27, 24);
	uint64_t list;

	/* To itself: by far the most frequent. */
	if (likely((value & SGI1R_TARGET) == vcpu->vgic.sgi_self)) {
		spin_lock(&domain->vgic.lock);
		sgi_to(vcpu, vcpu, intid);
		spin_unlock(&domain->vgic.lock);
		return;
	}
	/* Affinity 1 chooses 16 vCPUs of at most 64; the range selector would choose among more than 16. */
	if (FIELD(value, 55, 48) || FIELD(value, 39, 32) || FIELD(value, 23, 16) > 3 || FIELD(value, 47, 44))
		list = 0;
	else
		list = FIELD(value, 15, 0) << FIELD(value, 23, 16) * 16;
	if (value & SGI1R_IRM)
		list = ~BIT(vcpu->id);
	list &= domain->vcpu_count == 64 ? ~0ull : BIT(domain->vcpu_count) - 1;
	spin_lock(&domain->vgic.lock);
	for (; list; list &= list - 1)
		sgi_to(vcpu, domain->vcpus[__builtin_ctzll(list)], intid);
	spin_unlock(&domain->vgic.lock);
}

void vgic_sgir(struct vcpu *vcpu, uint32_t value)
{
	struct domain *domain = vcpu->domain;
	uint32_t list = value >> 16 & 0xff, filter = value >> 24 & 3;

	if (filter == 1)
		list = ~(1u << vcpu->id);
	else if (filter == 2)
		list = 1u << vcpu->id;
	for (unsigned int i = 0; filter != 3 && i < domain->vcpu_count; i++)
		if (list & 1u << i)
			sgi_to(vcpu, domain->vcpus[i], value & 15);
}
