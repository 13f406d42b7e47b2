// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_lr.c - a vCPU's queue and its list registers. Lock: vgic.
 *
 * An interrupt in a list register has its pending and active bits there, not
 * in struct virq (latch and sgi_sources were handed over; a level line stays).
 */
#include "guest/sched.h"
#include "guest/vgic_state.h"
#include "hw/timer.h"

void vgic_queue_add(struct vcpu *vcpu, struct virq *virq)
{
	struct virq **link = &vcpu->vgic.queue;

	while (*link && (*link)->priority <= virq->priority)
		link = &(*link)->next;
	virq->next = *link;
	*link = virq;
	virq->vcpu = vcpu;
}

void vgic_queue_remove(struct virq *virq)
{
	struct virq **link;

	if (!virq->vcpu)
		return;
	for (link = &virq->vcpu->vgic.queue; *link; link = &(*link)->next) {
		if (*link != virq)
			continue;
		*link = virq->next;
		break;
	}
	virq->vcpu = NULL;
	virq->next = NULL;
}

/* State from a list register back to the virq; the register is then ours again. */
static void take_back(struct vcpu *vcpu, unsigned int n)
{
	struct virq *virq = vcpu->vgic.lr_virq[n];
	struct gic_lr lr;

	gic->lr_read(n, &lr);
	virq->active = lr.active;
	if (lr.pending && virq->intid < 16 && gic_info.version == 2)
		virq->sgi_sources |= (uint8_t)BIT(lr.source);
	else if (lr.pending && (virq->edge || virq->hw))
		virq->latch = true;
	virq->lr = 0;
	vcpu->vgic.lr_virq[n] = NULL;
	vcpu->vgic.lr_used &= ~(1u << n);
}

/* Finished ones only: pending and active are both gone. */
static void reap(struct vcpu *vcpu)
{
	uint32_t done = vcpu->vgic.lr_used & (uint32_t)gic->lr_empty();

	for (; done; done &= done - 1) {
		unsigned int n = (unsigned int)__builtin_ctz(done);
		struct virq *virq = vcpu->vgic.lr_virq[n];

		virq->lr = 0;
		virq->active = false;
		vcpu->vgic.lr_virq[n] = NULL;
		vcpu->vgic.lr_used &= ~(1u << n);
		if (!virq_is_pending(virq))
			vgic_queue_remove(virq);
	}
}

void virq_pull(struct virq *virq)
{
	unsigned int n = virq->lr;
	struct vcpu *vcpu = virq->vcpu;

	if (!n)
		return;
	if (!vcpu_is_current(vcpu)) {
		/* In another CPU's list register: that CPU looks again when it next exits. */
		__atomic_store_n(&vcpu->vgic.dirty, 1, __ATOMIC_RELEASE);
		if (sched_is_running(vcpu))
			sched_kick(vcpu->cpu);
		return;
	}
	take_back(vcpu, n - 1);
	gic->lr_write(n - 1, NULL);
	if (!virq->active && !virq_is_pending(virq))
		vgic_queue_remove(virq);
}

bool vgic_lr_place(struct vcpu *vcpu, struct virq *virq)
{
	struct gic_lr lr = {
		.intid = virq->intid,
		.hw = virq->hw,
		.hw_intid = virq->hw_intid,
		.priority = virq->priority,
		.active = virq->active,
		.group1 = virq->group1,
	};
	uint32_t room;
	unsigned int n;

	reap(vcpu);
	room = ~vcpu->vgic.lr_used & ((1u << gic_info.lr_count) - 1);
	if (!room)
		return false;
	n = (unsigned int)__builtin_ctz(room);
	lr.pending = virq_is_pending(virq) && virq_is_enabled(vcpu->domain, vcpu, virq) &&
		     !(virq->hw && virq->active);
	/* A line that stays high, or another sender, wants a look at EOI. */
	if (virq->sgi_sources && lr.pending) {
		lr.source = (uint8_t)__builtin_ctz(virq->sgi_sources);
		virq->sgi_sources &= (uint8_t)~BIT(lr.source);
		lr.eoi_maintenance = virq->sgi_sources != 0;
	} else if (lr.pending) {
		virq->latch = false;
	}
	if (!virq->edge && !virq->hw)
		lr.eoi_maintenance = true;
	gic->lr_write(n, &lr);
	vcpu->vgic.lr_virq[n] = virq;
	vcpu->vgic.lr_used |= 1u << n;
	virq->lr = (uint8_t)(n + 1);
	return true;
}

void vgic_fold(struct vcpu *vcpu)
{
	for (uint32_t used = vcpu->vgic.lr_used; used; used &= used - 1) {
		unsigned int n = (unsigned int)__builtin_ctz(used);
		struct virq *virq = vcpu->vgic.lr_virq[n];

		take_back(vcpu, n);
		gic->lr_write(n, NULL);
		if (!virq->active && !virq_is_pending(virq))
			vgic_queue_remove(virq);
	}
}

static bool wants_lr(const struct vcpu *vcpu, const struct virq *virq)
{
	return virq->active || (virq_is_pending(virq) && virq_is_enabled(vcpu->domain, vcpu, virq) &&
				vcpu->domain->vgic.ctlr & (virq->group1 ? 2u : 1u));
}

/* Active ones first: the guest's EOI must find them. Then by priority. */
void vgic_flush_locked(struct vcpu *vcpu)
{
	struct virq *virq, *next;
	bool room = true;

	vcpu->vgic.dirty = 0;
	vgic_fold(vcpu);
	for (virq = vcpu->vgic.queue; virq && room; virq = virq->next)
		if (virq->active)
			room = vgic_lr_place(vcpu, virq);
	for (virq = vcpu->vgic.queue; virq && room; virq = next) {
		next = virq->next;
		if (virq->lr || !wants_lr(vcpu, virq))
			continue;
		room = vgic_lr_place(vcpu, virq);
	}
	if (vcpu->vgic.overflow != !room) {
		vcpu->vgic.overflow = !room;
		gic->set_underflow(!room);
	}
}

void vgic_flush(struct vcpu *vcpu)
{
	spin_lock(&vcpu->domain->vgic.lock);
	vgic_flush_locked(vcpu);
	spin_unlock(&vcpu->domain->vgic.lock);
}

void vgic_maintenance(struct vcpu *vcpu)
{
	/* Level triggered by EISR, or by an underflow that the refill ends. */
	vgic_flush(vcpu);
}

/*
 * The virtual timer's PPI is active in this CPU's hardware until the guest's
 * EOI: theirs only while it runs here, or no other vCPU's timer could fire.
 */
static void move_timer_active(struct vcpu *vcpu, bool active)
{
	const struct virq *virq = &vcpu->vgic.private[TIMER_PPI_VIRTUAL];

	if (virq->latch || virq->active)
		gic->set_active(virq->hw_intid, active);
}

void vgic_put(struct vcpu *vcpu)
{
	spin_lock(&vcpu->domain->vgic.lock);
	vgic_fold(vcpu);
	move_timer_active(vcpu, false);
	vcpu->vgic.overflow = false;
	gic->save(&vcpu->vgic.hw);
	spin_unlock(&vcpu->domain->vgic.lock);
}

void vgic_load(struct vcpu *vcpu)
{
	spin_lock(&vcpu->domain->vgic.lock);
	gic->restore(&vcpu->vgic.hw);
	move_timer_active(vcpu, true);
	vgic_flush_locked(vcpu);
	spin_unlock(&vcpu->domain->vgic.lock);
}

bool vgic_has_pending(struct vcpu *vcpu)
{
	bool found = false;

	spin_lock(&vcpu->domain->vgic.lock);
	if (vcpu_is_current(vcpu) && vcpu->vgic.lr_used)
		vgic_flush_locked(vcpu);
	for (struct virq *virq = vcpu->vgic.queue; virq && !found; virq = virq->next) {
		struct gic_lr lr = { .pending = false };

		if (virq->lr && vcpu_is_current(vcpu))
			gic->lr_read(virq->lr - 1u, &lr);
		found = lr.pending || (wants_lr(vcpu, virq) && !virq->active);
	}
	spin_unlock(&vcpu->domain->vgic.lock);
	return found;
}
