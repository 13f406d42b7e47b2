// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vgic_lr.c - a vCPU's queue and its list registers. Lock: vgic.
 *
 * An interrupt in a list register has its pending and active bits there, not
 * in struct virq (latch and sgi_sources were handed over; a level line stays).
 */
#include "guest/vgic_lr.h"
#include "guest/sched_wake.h"
#include "guest/vgic_overflow.h"
#include "guest/vgic_queue.h"
#include "guest/vgic_timer.h"
#include "hw/gic_lr.h"
#include "hw/timer.h"

/* The list register is free again; its interrupt is in no list register and on no queue. */
static void release(struct vcpu *vcpu, unsigned int n)
{
	struct virq *virq = vcpu->vgic.lr_virq[n];

	virq->lr = 0;
	virq->vcpu = NULL;
	vcpu->vgic.lr_used &= ~(1u << n);
}

/*
 * Software made a level interrupt pending (ISPENDR): it stays pending until it is acknowledged, also when its list
 * register is emptied before that.
 */
static bool keeps_latch(const struct virq *virq)
{
	return !virq->edge && !virq->hw;
}

static uint8_t apply_asked(const struct vcpu *vcpu, struct virq *virq, uint8_t was)
{
	uint8_t state = was;

	if (virq->ask & VIRQ_DROP_PENDING) {
		state &= (uint8_t)~GIC_LR_PENDING;
		virq->latch = false;
	}
	if (virq->ask & VIRQ_DROP_ACTIVE)
		state &= (uint8_t)~GIC_LR_ACTIVE;
	if (virq->ask & VIRQ_MAKE_ACTIVE)
		state |= GIC_LR_ACTIVE;
	if (virq->ask & VIRQ_MAKE_PENDING) {
		state |= GIC_LR_PENDING;
		virq->latch = true;
	}
	virq->ask = 0;
	if (was & (GIC_LR_PENDING | GIC_LR_ACTIVE) && !(state & (GIC_LR_PENDING | GIC_LR_ACTIVE)))
		virq_finish_physical(vcpu, virq);
	return state;
}

/* State from a list register back to the virq, and to the queue if there is any left. */
static void take_back(struct vcpu *vcpu, unsigned int n)
{
	struct virq *virq = vcpu->vgic.lr_virq[n];
	struct gic_lr lr = gic->lr_read(n);

	gic_lr_write(n, (struct gic_lr){ 0 });
	if (unlikely(virq->ask))
		lr.state = apply_asked(vcpu, virq, lr.state);
	/* An LPI has no active state, and its EOI is not counted (IHI 0069 H, 4.1.2, 12.4.6). */
	virq->active = lr.state & GIC_LR_ACTIVE && virq->intid < GIC_SPECIAL;
	if (virq->active)
		virq->active_source = lr.source;
	if (!(lr.state & GIC_LR_PENDING))
		virq->latch = virq->latch && !keeps_latch(virq);
	else if (virq->intid < 16 && gic_info.version == 2)
		virq->sgi_sources |= (uint8_t)BIT(lr.source);
	else if (!keeps_latch(virq))
		virq->latch = true;
	release(vcpu, n);
	vgic_requeue(vcpu, virq);
}

/* The guest is done with the interrupt, but a request, a new pending state or a high line remains. */
static void go_on(struct vcpu *vcpu, struct virq *virq)
{
	virq->latch = virq->latch && !keeps_latch(virq);
	if (virq->ask)
		virq->active = apply_asked(vcpu, virq, 0) & GIC_LR_ACTIVE;
	vgic_requeue(vcpu, virq);
	vcpu->vgic.dirty = 1;
}

/* Pending and active are both gone: the guest is done with what list register n held. */
static void finish(struct vcpu *vcpu, unsigned int n)
{
	struct virq *virq = vcpu->vgic.lr_virq[n];

	release(vcpu, n);
	virq->active = false;
	if (unlikely(virq->ask | virq->latch | virq->line | virq->sgi_sources))
		go_on(vcpu, virq);
}

static void reap(struct vcpu *vcpu)
{
	for (uint32_t done = vcpu->vgic.lr_used & (uint32_t)gic_lr_empty(); done; done &= done - 1)
		finish(vcpu, (unsigned int)__builtin_ctz(done));
}

/* The interrupt is in a list register of another CPU, which looks again when it next exits. */
NOINLINE void vgic_ask(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->vgic.dirty, 1, __ATOMIC_RELEASE);
	if (vcpu_is_running(vcpu))
		sched_kick(vcpu->cpu);
}

/* Its EOI may have been counted by now. */
static NOINLINE void settle_active(const struct virq *virq)
{
	if (virq->vcpu && vcpu_is_current(virq->vcpu))
		vgic_settle(virq->vcpu);
}

void virq_pull(struct virq *virq)
{
	unsigned int n = virq->lr - 1u;
	struct vcpu *vcpu = virq->vcpu;

	if (!virq->lr) {
		if (unlikely(virq->active))
			settle_active(virq);
		return;
	}
	/* Most often the guest is done with it, and the bits of empty registers show that at once. */
	if (unlikely(!vcpu_is_current(vcpu)))
		vgic_ask(vcpu);
	else if (likely(gic_lr_empty() >> n & 1))
		finish(vcpu, n);
	else
		take_back(vcpu, n);
}

/* The pending state of the virq moves into the list register. */
static ALWAYS_INLINE struct gic_lr hand_over(struct virq *virq, struct gic_lr lr)
{
	lr.state |= GIC_LR_PENDING;
	if (likely(!virq->sgi_sources)) {
		virq->latch = virq->latch && keeps_latch(virq);
		return lr;
	}
	lr.source = (uint8_t)__builtin_ctz(virq->sgi_sources);
	virq->sgi_sources &= (uint8_t)~BIT(lr.source);
	/* Another sender waits for the EOI of this sender. */
	lr.eoi_maintenance = virq->sgi_sources != 0;
	return lr;
}

/* An active SGI of GICv2: the guest's EOI names the sender, and the next sender waits for that. */
static struct gic_lr keep_source(const struct virq *virq, struct gic_lr lr)
{
	lr.source = virq->active_source;
	lr.eoi_maintenance = virq->sgi_sources != 0;
	return lr;
}

static ALWAYS_INLINE void fill(struct vcpu *vcpu, unsigned int n, struct virq *virq, bool pending)
{
	struct gic_lr lr = {
		.intid = virq->intid,
		.hw_intid = virq->hw_intid,
		.priority = virq->priority,
		.state = (uint8_t)((virq->active ? GIC_LR_ACTIVE : 0) | (virq->hw ? GIC_LR_HW : 0) |
				   (virq->group1 ? GIC_LR_GROUP1 : 0)),
	};

	if (pending)
		lr = hand_over(virq, lr);
	else if (virq->intid < 16)
		lr = keep_source(virq, lr);
	/* A line that stays high needs maintenance at EOI. */
	if (!virq->edge && !virq->hw)
		lr.eoi_maintenance = true;
	if (unlikely(virq->vcpu))
		vgic_queue_remove(virq);
	vcpu->vgic.lr_virq[n] = virq;
	vcpu->vgic.lr_used |= 1u << n;
	virq->vcpu = vcpu;
	virq->lr = (uint8_t)(n + 1);
	virq->shown = lr.state;
	gic_lr_write(n, lr);
}

static NOINLINE bool place_beside(struct vcpu *vcpu, struct virq *virq, bool pending)
{
	unsigned int n;

	reap(vcpu);
	n = (unsigned int)__builtin_ctz(~vcpu->vgic.lr_used);
	if (n >= gic_info.lr_count)
		return false;
	fill(vcpu, n, virq, pending);
	return true;
}

/* The vCPU runs here. pending: also hand over what is pending. False: no room. */
static bool place(struct vcpu *vcpu, struct virq *virq, bool pending)
{
	if (unlikely(vcpu->vgic.lr_used & 1))
		return place_beside(vcpu, virq, pending);
	fill(vcpu, 0, virq, pending);
	return true;
}

/* For an interrupt that did not go straight into a list register. */
static NOINLINE void update_queue(struct vcpu *target, struct virq *virq)
{
	bool deliver = virq_is_deliverable(target, virq), here = vcpu_is_current(target);

	if (virq->vcpu && (virq->vcpu != target || (!deliver && !virq->active)))
		vgic_queue_remove(virq);
	if (!deliver && !virq->active)
		return;
	if (!virq->vcpu)
		vgic_queue_add(target, virq);
	__atomic_store_n(&target->vgic.dirty, 1, __ATOMIC_RELEASE);
	if (here || !deliver)
		return;
	if (virq->when == VGIC_NOW)
		sched_wake(target, WAIT_INTERRUPT);
	else
		sched_wake_later(target, virq->when == VGIC_SOON);
}

void virq_update(struct domain *domain, struct vcpu *vcpu, struct virq *virq)
{
	struct vcpu *target = virq_target(domain, vcpu, virq);

	if (virq->lr)
		return; /* seen again when its list register is folded */
	if (likely(vcpu_is_current(target) && !virq->vcpu && !virq->active && !target->vgic.overflow) &&
	    virq_is_deliverable(target, virq) && place(target, virq, true))
		return;
	update_queue(target, virq);
}

/* @live: the timer in the hardware is this vCPU's. */
static ALWAYS_INLINE void fold(struct vcpu *vcpu, bool live)
{
	/* First: it looks for interrupts that were in no list register when the guest ended them. */
	vgic_settle(vcpu);
	for (uint32_t used = vcpu->vgic.lr_used; used; used &= used - 1)
		take_back(vcpu, (unsigned int)__builtin_ctz(used));
	vgic_timer_sample(vcpu, live);
	if (unlikely(vcpu->vgic.show))
		__atomic_store_n(&vcpu->vgic.show, false, __ATOMIC_RELEASE);
}

void vgic_fold(struct vcpu *vcpu)
{
	if (vcpu->vgic.lr_used)
		vcpu->vgic.dirty = 1;
	fold(vcpu, true);
}

static bool hands_over(const struct vcpu *vcpu, const struct virq *virq)
{
	/*
	 * A hardware interrupt cannot be pending and active at once (IHI 0069, 11.2.2), nor can a GICv2 SGI: its list
	 * register has room for one source.
	 */
	bool one = virq->hw || (virq->intid < 16 && gic_info.version == 2);

	return virq_is_deliverable(vcpu, virq) && !(one && virq->active);
}

static bool place_kind(struct vcpu *vcpu, bool active)
{
	struct virq *next;
	bool room = true;

	for (struct virq *virq = vcpu->vgic.queue; virq && room; virq = next) {
		bool pending = hands_over(vcpu, virq);

		next = virq->next; /* placing takes it off the queue */
		if (virq->active == active && (active || pending))
			room = place(vcpu, virq, pending);
	}
	return room;
}

static void place_first_pending(struct vcpu *vcpu)
{
	struct virq *virq = vcpu->vgic.queue;

	while (virq && (virq->active || !virq_is_deliverable(vcpu, virq)))
		virq = virq->next;
	if (virq)
		place(vcpu, virq, true);
}

static NOINLINE uint8_t place_several(struct vcpu *vcpu)
{
	place_first_pending(vcpu);
	if (likely(place_kind(vcpu, true) && place_kind(vcpu, false)))
		return 0;
	return vgic_overflow(vcpu);
}

/*
 * Into list registers, which are all empty. The most urgent pending interrupt always gets its own, since it may preempt
 * those that are active. Then come active ones, most urgent first: an EOI that finds its interrupt there needs no exit.
 * Return: GIC_OVERFLOW_* for the rest.
 */
static uint8_t place_all(struct vcpu *vcpu)
{
	struct virq *virq = vcpu->vgic.queue;
	bool pending;

	if (!virq)
		return 0;
	if (virq->next)
		return place_several(vcpu);
	pending = hands_over(vcpu, virq);
	if (virq->active || pending)
		place(vcpu, virq, pending);
	return 0;
}

static ALWAYS_INLINE void flush_locked(struct vcpu *vcpu, bool live)
{
	uint8_t overflow;

	vcpu->vgic.dirty = 0;
	fold(vcpu, live);
	overflow = place_all(vcpu);
	if (unlikely(vcpu->vgic.overflow != overflow)) {
		vcpu->vgic.overflow = overflow;
		gic->set_overflow(overflow);
	}
}

void vgic_flush(struct vcpu *vcpu)
{
	spin_lock(&vcpu->domain->vgic.lock);
	flush_locked(vcpu, true);
	spin_unlock(&vcpu->domain->vgic.lock);
}

/*
 * The virtual timer's PPI is active in this CPU's hardware until the guest's EOI. It is cleared when the vCPU leaves,
 * or no other vCPU's timer could fire here.
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
	fold(vcpu, false);
	move_timer_active(vcpu, false);
	vcpu->vgic.overflow = 0;
	gic->save(&vcpu->vgic.hw);
	spin_unlock(&vcpu->domain->vgic.lock);
}

void vgic_load(struct vcpu *vcpu)
{
	spin_lock(&vcpu->domain->vgic.lock);
	gic->restore(&vcpu->vgic.hw);
	move_timer_active(vcpu, true);
	flush_locked(vcpu, false);
	spin_unlock(&vcpu->domain->vgic.lock);
}

bool vgic_has_pending(struct vcpu *vcpu)
{
	bool found = false;

	spin_lock(&vcpu->domain->vgic.lock);
	if (vcpu_is_current(vcpu))
		vgic_fold(vcpu);
	for (const struct virq *virq = vcpu->vgic.queue; virq && !found; virq = virq->next)
		found = !virq->active && virq_is_deliverable(vcpu, virq);
	spin_unlock(&vcpu->domain->vgic.lock);
	return found;
}
