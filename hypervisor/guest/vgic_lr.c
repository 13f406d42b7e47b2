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

/* The list register is free again; its interrupt belongs to nobody. */
static void release(struct vcpu *vcpu, unsigned int n)
{
	struct virq *virq = vcpu->vgic.lr_virq[n];

	virq->lr = 0;
	virq->vcpu = NULL;
	vcpu->vgic.lr_used &= ~(1u << n);
}

/* State from a list register back to the virq, and to the queue if there is any left. */
static void take_back(struct vcpu *vcpu, unsigned int n)
{
	struct virq *virq = vcpu->vgic.lr_virq[n];
	struct gic_lr lr = gic->lr_read(n);

	gic->lr_write(n, (struct gic_lr){ 0 });
	virq->active = lr.state & GIC_LR_ACTIVE;
	if (lr.state & GIC_LR_PENDING) {
		if (virq->intid < 16 && gic_info.version == 2)
			virq->sgi_sources |= (uint8_t)BIT(lr.source);
		else if (virq->edge || virq->hw)
			virq->latch = true;
	}
	release(vcpu, n);
	if (virq->active || virq_is_pending(virq))
		vgic_queue_add(vcpu, virq);
}

/* Finished ones only: pending and active are both gone. */
static void reap(struct vcpu *vcpu)
{
	uint32_t done = vcpu->vgic.lr_used & (uint32_t)gic->lr_empty();

	for (; done; done &= done - 1) {
		unsigned int n = (unsigned int)__builtin_ctz(done);
		struct virq *virq = vcpu->vgic.lr_virq[n];

		release(vcpu, n);
		virq->active = false;
		if (unlikely(virq_is_pending(virq)))
			vgic_queue_add(vcpu, virq);
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
	/* Most often it is finished, and the empty-register bits say so at once. */
	reap(vcpu);
	if (!virq->lr)
		return;
	take_back(vcpu, n - 1);
}

/* What is pending in the virq moves into the list register. */
static struct gic_lr hand_over(struct virq *virq, struct gic_lr lr)
{
	lr.state |= GIC_LR_PENDING;
	if (likely(!virq->sgi_sources)) {
		virq->latch = false;
		return lr;
	}
	lr.source = (uint8_t)__builtin_ctz(virq->sgi_sources);
	virq->sgi_sources &= (uint8_t)~BIT(lr.source);
	/* Another sender waits for this one's EOI. */
	lr.eoi_maintenance = virq->sgi_sources != 0;
	return lr;
}

bool vgic_lr_place(struct vcpu *vcpu, struct virq *virq, bool pending)
{
	struct gic_lr lr = {
		.intid = virq->intid,
		.hw_intid = virq->hw_intid,
		.priority = virq->priority,
		.state = (uint8_t)((virq->active ? GIC_LR_ACTIVE : 0) | (virq->hw ? GIC_LR_HW : 0) |
				   (virq->group1 ? GIC_LR_GROUP1 : 0)),
	};
	uint32_t all = (1u << gic_info.lr_count) - 1, room = ~vcpu->vgic.lr_used & all;
	unsigned int n;

	if (unlikely(!room)) {
		reap(vcpu);
		room = ~vcpu->vgic.lr_used & all;
	}
	if (unlikely(!room))
		return false;
	n = (unsigned int)__builtin_ctz(room);
	if (pending)
		lr = hand_over(virq, lr);
	/* A line that stays high wants a look at EOI. */
	if (!virq->edge && !virq->hw)
		lr.eoi_maintenance = true;
	if (virq->vcpu)
		vgic_queue_remove(virq);
	gic->lr_write(n, lr);
	vcpu->vgic.lr_virq[n] = virq;
	vcpu->vgic.lr_used |= 1u << n;
	virq->vcpu = vcpu;
	virq->lr = (uint8_t)(n + 1);
	return true;
}

void vgic_fold(struct vcpu *vcpu)
{
	for (uint32_t used = vcpu->vgic.lr_used; used; used &= used - 1)
		take_back(vcpu, (unsigned int)__builtin_ctz(used));
}

static bool wants_lr(const struct vcpu *vcpu, const struct virq *virq)
{
	return virq->active || (virq_is_pending(virq) && virq_is_enabled(vcpu->domain, vcpu, virq) &&
				vcpu->domain->vgic.ctlr & (virq->group1 ? 2u : 1u));
}

static bool hands_over(const struct vcpu *vcpu, const struct virq *virq)
{
	/* Pending and active at once is not for hardware interrupts (IHI 0069, 11.2.2). */
	return virq_is_pending(virq) && virq_is_enabled(vcpu->domain, vcpu, virq) && !(virq->hw && virq->active);
}

/* Active ones first: the guest's EOI must find them. Then by priority. */
static bool place_all(struct vcpu *vcpu, bool active)
{
	struct virq *next;
	bool room = true;

	for (struct virq *virq = vcpu->vgic.queue; virq && room; virq = next) {
		next = virq->next; /* placing takes it off the queue */
		if (virq->active == active && wants_lr(vcpu, virq))
			room = vgic_lr_place(vcpu, virq, hands_over(vcpu, virq));
	}
	return room;
}

void vgic_flush_locked(struct vcpu *vcpu)
{
	bool room;

	vcpu->vgic.dirty = 0;
	vgic_fold(vcpu);
	room = place_all(vcpu, true) && place_all(vcpu, false);
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
	if (vcpu_is_current(vcpu) && vcpu->vgic.lr_used) {
		vgic_fold(vcpu);
		vcpu->vgic.dirty = 1;
	}
	for (const struct virq *virq = vcpu->vgic.queue; virq && !found; virq = virq->next)
		found = wants_lr(vcpu, virq) && !virq->active;
	spin_unlock(&vcpu->domain->vgic.lock);
	return found;
}
