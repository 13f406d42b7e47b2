// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sched.c - weighted fair sharing of each CPU.
 *
 * A vCPU's vruntime is the time that it ran, scaled by its weight; the vCPU
 * with the least runs next. A vCPU that slept keeps at most WAKE_BONUS of
 * credit, so that it runs at once for an interrupt but cannot save up.
 *
 * A vCPU whose device model has just answered goes before others, for
 * GRANULARITY and while it is at most WAKE_BONUS ahead: the answer is fresh,
 * and dom0 need not sleep before it serves the next request.
 *
 * A vCPU that is woken for an interrupt that can wait (a packet has left) gets
 * no credit, so that dom0 goes on with its work. A doorbell does not wake dom0
 * at once beside the vCPU that rings it: most guests ring for the first of
 * several requests, and then block. If the vCPU did not block within
 * GRANULARITY, its next HURRIES doorbells wake dom0 at once. An interrupt from
 * dom0 wakes a guest after MOMENT, when that pays (patience.h).
 *
 * The scheduler has no tick: the timer is set to the end of a slice only while
 * another vCPU waits.
 */
#include "guest/sched.h"
#include "cpu/serror.h"
#include "cpu/wait.h"
#include "guest/domain.h"
#include "guest/runqueue.h"
#include "guest/vcpu_switch.h"
#include "guest/vgic_lr.h"
#include "guest/vtimer.h"
#include "hw/idle.h"
#include "hw/timer.h"
#include "mem/pool.h"

#define SLICE_NS 5000000ull
#define WAKE_BONUS_NS 3000000ull
#define GRANULARITY_NS 500000ull
#define MOMENT_NS 1000000ull
#define HURRIES 15u
#define IDLE_SCRUB_BYTES BLOCK_SIZE
#define NEVER (~0ull)

static void (*idle_irq)(void);

void sched_init(void (*poll_irq)(void))
{
	sched_times.slice = ns_to_counter(SLICE_NS);
	sched_times.wake_bonus = ns_to_counter(WAKE_BONUS_NS);
	sched_times.granularity = ns_to_counter(GRANULARITY_NS);
	sched_times.moment = ns_to_counter(MOMENT_NS);
	idle_irq = poll_irq;
	for (unsigned int i = 0; i < CPU_MAX; i++)
		runqueue_init(i);
}

void sched_off(struct vcpu *vcpu)
{
	vcpu->off_requested = true;
	this_cpu()->work |= CPU_WORK_SCHED;
}

void sched_block(struct vcpu *vcpu, enum vcpu_wait reason)
{
	if (reason == WAIT_INTERRUPT) {
		__atomic_store_n(&vcpu->woken[WAIT_INTERRUPT], false, __ATOMIC_RELAXED);
		/* An injection from here on sets it again. */
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (vgic_has_pending(vcpu))
			return;
	}
	vcpu->wait = reason;
	this_cpu()->work |= CPU_WORK_SCHED;
}

void sched_yield(struct vcpu *vcpu)
{
	vcpu->yielded = true;
	this_cpu()->work |= CPU_WORK_SCHED;
}

void sched_timer(void)
{
	runqueue_of(this_cpu())->timer = NEVER;
	this_cpu()->work |= CPU_WORK_SCHED;
}

static bool wait_is_over(struct vcpu *vcpu)
{
	if (vcpu->wait == WAIT_NONE)
		return true;
	if (!__atomic_load_n(&vcpu->woken[vcpu->wait], __ATOMIC_RELAXED))
		return false;
	__atomic_store_n(&vcpu->woken[vcpu->wait], false, __ATOMIC_RELAXED);
	vcpu->wait = WAIT_NONE;
	return true;
}

static bool may_run(struct vcpu *vcpu)
{
	return wait_is_over(vcpu) && !vcpu->stopped && !vcpu->off_requested;
}

static bool goes_first(const struct runqueue *rq, const struct vcpu *other)
{
	return rq->answered && rq->answered->vruntime < other->vruntime + sched_times.wake_bonus;
}

/* Whether the running vCPU makes room for the best that waits. */
static bool outranked(struct runqueue *rq, struct vcpu *vcpu, uint64_t now)
{
	const struct vcpu *best = runqueue_best(rq);
	bool yielded = vcpu->yielded;

	vcpu->yielded = false;
	if (!best)
		return false;
	if (yielded) {
		vcpu->vruntime = MAX(vcpu->vruntime, best->vruntime + 1);
		return true;
	}
	if (now >= rq->slice_end) {
		rq->slice_end = now + sched_times.slice;
		return best->vruntime < vcpu->vruntime;
	}
	if (goes_first(rq, vcpu))
		return true;
	rq->answered = NULL;
	return best->vruntime + sched_times.granularity < vcpu->vruntime;
}

/* For the vCPU that sched_wake_later(soon) woke. @stays: the running vCPU does not block yet. */
static void end_delay(struct runqueue *rq, struct vcpu *running, bool stays, uint64_t now)
{
	if (!rq->delayed || (stays && now < rq->delay_end))
		return;
	/* The running vCPU computes: its doorbells delay dom0 for nothing. */
	if (stays)
		running->hurries = HURRIES;
	runqueue_repay(rq->delayed);
	rq->delayed = NULL;
}

static void wake_expired(struct runqueue *rq, uint64_t now)
{
	for (struct vcpu *vcpu = rq->placed; vcpu; vcpu = vcpu->sibling)
		if (vcpu->state == VCPU_BLOCKED && vcpu->wait == WAIT_INTERRUPT && vcpu->timer_deadline <= now)
			runqueue_make_runnable(rq, vcpu);
}

static void set_timer(struct runqueue *rq, struct vcpu *running)
{
	uint64_t deadline = running && rq->queue ? rq->slice_end : NEVER;

	if (rq->delayed)
		deadline = MIN(deadline, rq->delay_end);
	for (const struct vcpu *vcpu = rq->placed; vcpu; vcpu = vcpu->sibling)
		if (vcpu->state == VCPU_BLOCKED && vcpu->wait == WAIT_INTERRUPT)
			deadline = MIN(deadline, vcpu->timer_deadline);
	/* sched_run() sets its line, without this lock: the vGIC's lock comes before it. */
	if (running)
		deadline = MIN(deadline, vtimer_next(running));
	if (deadline != rq->timer) {
		rq->timer = deadline;
		timer_set(deadline);
	}
}

/* Off the CPU: its registers are saved before another CPU may see it runnable. */
static void switch_out(struct runqueue *rq, struct vcpu *vcpu)
{
	vcpu_save(vcpu);
	spin_lock(&rq->lock);
	if (vcpu->off_requested) {
		__atomic_store_n(&vcpu->state, VCPU_OFF, __ATOMIC_RELEASE);
		/* Second: vpsci.c never sees a vCPU that is neither OFF nor on its way. */
		__atomic_store_n(&vcpu->off_requested, false, __ATOMIC_RELEASE);
	} else if (wait_is_over(vcpu)) {
		runqueue_make_runnable(rq, vcpu);
	} else {
		if (vcpu->wait == WAIT_INTERRUPT)
			patience_slept(&vcpu->patience, vcpu->cpu_time);
		__atomic_store_n(&vcpu->state, VCPU_BLOCKED, __ATOMIC_RELEASE);
	}
	this_cpu()->vcpu = NULL;
}

static void idle(struct runqueue *rq, struct cpu *cpu)
{
	cpu->idle = true;
	set_timer(rq, NULL);
	spin_unlock(&rq->lock);
	/* All vCPUs' errors were taken with them, and a pending one would end each wait. */
	serror_own(serror_take());
	if (!runqueue_steal(rq) && !pool_scrub(IDLE_SCRUB_BYTES, cpu_interrupt_waits))
		idle_wait(rq->timer);
	idle_irq();
	cpu->work = 0;
	spin_lock(&rq->lock);
	cpu->idle = false;
}

static struct vcpu *choose(const struct runqueue *rq)
{
	struct vcpu *best = runqueue_best(rq);

	return best && goes_first(rq, best) ? rq->answered : best;
}

static void switch_in(struct runqueue *rq, struct cpu *cpu, struct vcpu *next, uint64_t now)
{
	rq->slice_end = now + (next == rq->answered ? sched_times.granularity : sched_times.slice);
	rq->answered = NULL;
	runqueue_remove(rq, next);
	next->state = VCPU_RUNNING;
	next->held = 0;
	next->run_start = now;
	rq->min_vruntime = MAX(rq->min_vruntime, next->vruntime);
	cpu->vcpu = next;
	set_timer(rq, next);
	spin_unlock(&rq->lock);
	vcpu_load(next);
	if (next->vtimer.ptimer_ctl)
		vtimer_update(next);
}

void sched_run(void)
{
	struct cpu *cpu = this_cpu();
	struct runqueue *rq = runqueue_of(cpu);
	struct vcpu *vcpu = cpu->vcpu, *next;
	uint64_t now;
	bool stays;

	cpu->work = 0;
	if (vcpu && vcpu->vtimer.ptimer_ctl)
		vtimer_update(vcpu);
	spin_lock(&rq->lock);
	now = counter_now();
	wake_expired(rq, now);
	if (vcpu) {
		runqueue_account(rq, vcpu, now);
		stays = may_run(vcpu);
		end_delay(rq, vcpu, stays, now);
		if (stays && !outranked(rq, vcpu, now)) {
			set_timer(rq, vcpu);
			spin_unlock(&rq->lock);
			return;
		}
		spin_unlock(&rq->lock);
		switch_out(rq, vcpu);
	}
	while (!(next = choose(rq))) {
		idle(rq, cpu);
		now = counter_now();
		wake_expired(rq, now);
	}
	switch_in(rq, cpu, next, now);
}
