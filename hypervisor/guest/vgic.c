// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic.c - sources of virtual interrupts: what is pending, for whom, since when.
 * Lock: the domain's vgic lock, in all of it.
 */
#include "guest/vgic.h"
#include "guest/vgic_lr.h"
#include "guest/vgic_queue.h"
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
	virq->soft = false;
	virq_update(vcpu->domain, vcpu, virq);
	spin_unlock(&vcpu->domain->vgic.lock);
}

static NOINLINE void change(struct domain *domain, struct vcpu *vcpu, uint32_t intid, bool high, bool pulse,
			    enum vgic_when when)
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
	bool routed = target < domain->vcpu_count;

	if (routed ? target == virq->target && !virq->unrouted : virq->unrouted)
		return;
	virq_pull(virq);
	virq->unrouted = !routed;
	virq_set_gate(virq);
	if (routed && target != virq->target) {
		virq->target = (uint8_t)target;
		if (virq->hw)
			gic->set_target(virq->hw_intid, domain->vcpus[target]->cpu->id);
	}
	virq_update(domain, NULL, virq);
}

void virq_deactivate(struct domain *domain, struct vcpu *vcpu, struct virq *virq)
{
	virq_pull(virq);
	if (virq->lr)
		virq->ask = (uint8_t)((virq->ask & ~VIRQ_MAKE_ACTIVE) | VIRQ_DROP_ACTIVE);
	else if (virq->active && !virq->latch)
		virq_finish_physical(vcpu, virq);
	virq->active = false;
	virq_update(domain, vcpu, virq);
}

void vgic_dir(struct vcpu *vcpu, uint32_t value)
{
	struct domain *domain = vcpu->domain;
	/* GICv2: bits 12..10 name the sender of an SGI, of which one is active at a time. */
	struct virq *virq = virq_find(domain, vcpu, gic_info.version == 2 ? value & 0x3ff : value & 0xffffff);

	if (!virq)
		return;
	spin_lock(&domain->vgic.lock);
	virq_deactivate(domain, vcpu, virq);
	spin_unlock(&domain->vgic.lock);
}

static ALWAYS_INLINE void sgi_to(struct vcpu *sender, struct vcpu *target, uint32_t intid)
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

/* @group0: only where the SGI is of group 0. */
static NOINLINE void sgi_to_list(struct vcpu *vcpu, uint64_t value, bool group0)
{
	struct domain *domain = vcpu->domain;
	uint32_t intid = (uint32_t)FIELD(value, 27, 24);
	uint64_t list = 0;

	/* Affinity 1 chooses 16 vCPUs of at most 64; the range selector would choose among more than 16. */
	if (!FIELD(value, 55, 48) && !FIELD(value, 39, 32) && FIELD(value, 23, 16) <= 3 && !FIELD(value, 47, 44))
		list = FIELD(value, 15, 0) << FIELD(value, 23, 16) * 16;
	if (value & SGI1R_IRM)
		list = ~BIT(vcpu->id);
	list &= domain->vcpu_count == 64 ? ~0ull : BIT(domain->vcpu_count) - 1;
	spin_lock(&domain->vgic.lock);
	for (; list; list &= list - 1) {
		struct vcpu *target = domain->vcpus[__builtin_ctzll(list)];

		if (!(group0 && target->vgic.private[intid].group1))
			sgi_to(vcpu, target, intid);
	}
	spin_unlock(&domain->vgic.lock);
}

void vgic_sgi1r(struct vcpu *vcpu, uint64_t value)
{
	/* To itself: by far the most frequent. */
	if (unlikely((value & SGI1R_TARGET) != vcpu->vgic.sgi_self)) {
		sgi_to_list(vcpu, value, false);
		return;
	}
	spin_lock(&vcpu->domain->vgic.lock);
	sgi_to(vcpu, vcpu, (uint32_t)FIELD(value, 27, 24));
	spin_unlock(&vcpu->domain->vgic.lock);
}

void vgic_sgi0r(struct vcpu *vcpu, uint64_t value)
{
	sgi_to_list(vcpu, value, true);
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
