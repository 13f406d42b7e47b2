// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sched.c - weighted fair sharing of each CPU (owner of the run queues).
 *
 * A vCPU's vruntime is the time it ran, scaled by its weight; the least runs
 * next. One that slept keeps at most WAKE_BONUS of credit, so that it runs at
 * once for an interrupt but cannot save up. One whose device model has just
 * answered goes before others, for GRANULARITY and while it is at most
 * WAKE_BONUS ahead: the answer is fresh, and dom0 need not sleep before it
 * serves the next request. One that is woken for what can wait (a packet has
 * left) gets no credit, so dom0 goes on with what it is at. Nor does dom0 at once
 * when the vCPU beside it rings a doorbell: most ring for the first of several
 * requests, and then wait. One that did not within GRANULARITY does not have dom0
 * wait for its next HURRIES doorbells. Nor does a guest for dom0's interrupts,
 * for MOMENT, when that pays (patience.h). There is no tick: the timer is set to
 * the end of a slice only while another vCPU waits.
 */
#include "guest/sched.h"
#include "cpu/wait.h"
#include "guest/domain.h"
#include "guest/runqueue.h"
#include "guest/vtimer.h"
#include "hw/timer.h"
#include "mem/pool.h"

#define SLICE_NS 5000000ull
#define WAKE_BONUS_NS 3000000ull
#define GRANULARITY_NS 500000ull
#define MOMENT_NS 1000000ull
#define HURRIES 15u
#define IDLE_SCRUB_BYTES BLOCK_SIZE
#define NEVER (~0ull)

static uint64_t slice, wake_bonus, granularity, moment; /* counter ticks */
static void (*idle_irq)(void);

void sched_init(void (*poll_irq)(void))
{
	slice = ns_to_counter(SLICE_NS);
	wake_bonus = ns_to_counter(WAKE_BONUS_NS);
	granularity = ns_to_counter(GRANULARITY_NS);
	moment = ns_to_counter(MOMENT_NS);
	idle_irq = poll_irq;
	for (unsigned int i = 0; i < CPU_MAX; i++)
		runqueue_init(i);
}

void sched_kick(struct cpu *cpu)
{
	if (cpu == this_cpu())
		cpu->work |= CPU_WORK_SCHED;
	else
		gic->send_sgi(cpu->id, GIC_SGI_KICK);
}

/* Caller holds the queue's lock. */
static void account(struct runqueue *rq, struct vcpu *vcpu, uint64_t now)
{
	uint64_t ran = now - vcpu->run_start;

	/* A wake-up may have looked at the counter after its caller did. */
	if (now <= vcpu->run_start)
		return;
	vcpu->run_start = now;
	vcpu->cpu_time += ran;
	vcpu->vruntime += ran * 256 / vcpu->weight;
	rq->min_vruntime = MAX(rq->min_vruntime, vcpu->vruntime);
}

/* Caller holds its queue's lock. */
static void make_runnable_locked(struct runqueue *rq, struct vcpu *vcpu)
{
	uint64_t floor;

	/* Alone on its CPU, it may have run for seconds since the queue looked. */
	if (rq->cpu->vcpu)
		account(rq, rq->cpu->vcpu, counter_now());
	floor = rq->min_vruntime > wake_bonus ? rq->min_vruntime - wake_bonus : 0;
	if (vcpu->state == VCPU_BLOCKED && vcpu->wait == WAIT_INTERRUPT)
		patience_woken(&vcpu->patience, vcpu->cpu_time);
	vcpu->state = VCPU_RUNNABLE;
	vcpu->wait = WAIT_NONE;
	vcpu->vruntime = MAX(vcpu->vruntime, floor);
	if (!vcpu->stopped)
		runqueue_insert(rq, vcpu);
}

/* Caller holds its queue's lock. Return: the CPU to kick, or NULL. */
static struct cpu *wake_locked(struct runqueue *rq, struct vcpu *vcpu, enum vcpu_wait reason)
{
	if (vcpu->state == VCPU_RUNNING) {
		vcpu->wake_pending |= (uint8_t)BIT(reason);
		return vcpu->cpu == this_cpu() ? NULL : vcpu->cpu;
	}
	if (vcpu->state == VCPU_BLOCKED && vcpu->wait == reason) {
		make_runnable_locked(rq, vcpu);
		if (reason == WAIT_IO && !vcpu->stopped)
			rq->answered = vcpu;
		return vcpu->cpu;
	}
	if (vcpu->state == VCPU_RUNNABLE && reason == WAIT_INTERRUPT && vcpu->held) {
		runqueue_repay(vcpu);
		return vcpu->cpu;
	}
	return NULL;
}

void sched_wake(struct vcpu *vcpu, enum vcpu_wait reason)
{
	struct runqueue *rq = runqueue_lock(vcpu);
	struct cpu *kick = wake_locked(rq, vcpu, reason);

	spin_unlock(&rq->lock);
	if (kick)
		sched_kick(kick);
}

/* Caller holds its queue's lock; the vCPU that runs here wakes it. Return: whether that one may go on for a moment. */
static bool may_delay(struct runqueue *rq, const struct cpu *cpu, struct vcpu *woken)
{
	struct vcpu *running = cpu->vcpu;

	if (cpu != this_cpu() || !running || rq->delayed)
		return false;
	if (woken->domain != dom0)
		return patience_pays(&woken->patience);
	if (!running->hurries)
		return true;
	running->hurries--;
	return false;
}

/* Also one that was woken for later already: now it has a time. */
static void delay(struct runqueue *rq, struct vcpu *vcpu)
{
	patience_waits(&vcpu->patience);
	rq->delayed = vcpu;
	rq->delay_end = counter_now() + (vcpu->domain == dom0 ? granularity : moment);
}

void sched_wake_later(struct vcpu *vcpu, bool soon)
{
	struct runqueue *rq = runqueue_lock(vcpu);
	bool sleeps = vcpu->state == VCPU_BLOCKED, held = vcpu->held && rq->delayed != vcpu;
	struct cpu *kick = NULL;

	/* One that is runnable, and is not held back, runs anyway. */
	if (vcpu->state != VCPU_RUNNABLE)
		kick = wake_locked(rq, vcpu, WAIT_INTERRUPT);
	else if (soon && held)
		kick = vcpu->cpu;
	if (kick && sleeps)
		runqueue_withhold(rq, vcpu);
	if (kick && soon && (sleeps || held)) {
		if (may_delay(rq, kick, vcpu))
			delay(rq, vcpu);
		else
			runqueue_repay(vcpu);
	}
	spin_unlock(&rq->lock);
	/* An idle CPU runs it; a busy one sets its timer. */
	if (kick)
		sched_kick(kick);
}

void sched_start(struct vcpu *vcpu)
{
	struct runqueue *rq = runqueue_lock(vcpu);

	vcpu->off_requested = false;
	vcpu->wake_pending = 0;
	make_runnable_locked(rq, vcpu);
	spin_unlock(&rq->lock);
	sched_kick(vcpu->cpu);
}

void sched_off(struct vcpu *vcpu)
{
	vcpu->off_requested = true;
	this_cpu()->work |= CPU_WORK_SCHED;
}

void sched_block(struct vcpu *vcpu, enum vcpu_wait reason)
{
	if (reason == WAIT_INTERRUPT) {
		vcpu->wake_pending &= (uint8_t)~BIT(WAIT_INTERRUPT);
		/* An injection from here on sets wake_pending again. */
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

void sched_stop(struct vcpu *vcpu)
{
	struct runqueue *rq = runqueue_lock(vcpu);

	if (vcpu->state == VCPU_RUNNABLE && !vcpu->stopped)
		runqueue_remove(rq, vcpu);
	vcpu->stopped = true;
	spin_unlock(&rq->lock);
	sched_kick(vcpu->cpu);
}

void sched_resume(struct vcpu *vcpu)
{
	struct runqueue *rq = runqueue_lock(vcpu);

	if (vcpu->stopped && vcpu->state == VCPU_RUNNABLE)
		runqueue_insert(rq, vcpu);
	vcpu->stopped = false;
	spin_unlock(&rq->lock);
	sched_kick(vcpu->cpu);
}

bool sched_is_running(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->state, __ATOMIC_ACQUIRE) == VCPU_RUNNING;
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
	if (!(vcpu->wake_pending & BIT(vcpu->wait)))
		return false;
	vcpu->wake_pending &= (uint8_t)~BIT(vcpu->wait);
	vcpu->wait = WAIT_NONE;
	return true;
}

static bool may_run(struct vcpu *vcpu)
{
	return wait_is_over(vcpu) && !vcpu->stopped && !vcpu->off_requested;
}

static bool goes_first(const struct runqueue *rq, const struct vcpu *other)
{
	return rq->answered && rq->answered->vruntime < other->vruntime + wake_bonus;
}

/* Should the running vCPU make room for the best that waits? */
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
		rq->slice_end = now + slice;
		return best->vruntime < vcpu->vruntime;
	}
	if (goes_first(rq, vcpu))
		return true;
	rq->answered = NULL;
	return best->vruntime + granularity < vcpu->vruntime;
}

/* For the vCPU that sched_wake_later(soon) woke. @stays: the one that runs does not wait yet. */
static void end_delay(struct runqueue *rq, struct vcpu *running, bool stays, uint64_t now)
{
	if (!rq->delayed || (stays && now < rq->delay_end))
		return;
	/* One that goes on computing has others wait for nothing. */
	if (stays)
		running->hurries = HURRIES;
	runqueue_repay(rq->delayed);
	rq->delayed = NULL;
}

static void wake_expired(struct runqueue *rq, uint64_t now)
{
	for (struct vcpu *vcpu = rq->placed; vcpu; vcpu = vcpu->sibling)
		if (vcpu->state == VCPU_BLOCKED && vcpu->wait == WAIT_INTERRUPT && vcpu->timer_deadline <= now)
			make_runnable_locked(rq, vcpu);
}

static void set_timer(struct runqueue *rq, struct vcpu *running)
{
	uint64_t deadline = running && rq->queue ? rq->slice_end : NEVER;

	if (rq->delayed)
		deadline = MIN(deadline, rq->delay_end);
	for (const struct vcpu *vcpu = rq->placed; vcpu; vcpu = vcpu->sibling)
		if (vcpu->state == VCPU_BLOCKED && vcpu->wait == WAIT_INTERRUPT)
			deadline = MIN(deadline, vcpu->timer_deadline);
	/* Its line is set outside: the vGIC's lock comes before this queue's. */
	if (running)
		deadline = MIN(deadline, vtimer_next(running));
	if (deadline != rq->timer) {
		rq->timer = deadline;
		timer_set(deadline);
	}
}

void sched_retime(void)
{
	this_cpu()->work |= CPU_WORK_SCHED;
}

/* Off the CPU: its registers are saved before anyone else may see it runnable. */
static void switch_out(struct runqueue *rq, struct vcpu *vcpu)
{
	vcpu_save(vcpu);
	spin_lock(&rq->lock);
	if (vcpu->off_requested) {
		__atomic_store_n(&vcpu->state, VCPU_OFF, __ATOMIC_RELEASE);
		/* Second: vpsci.c never sees a vCPU that is neither OFF nor on its way. */
		__atomic_store_n(&vcpu->off_requested, false, __ATOMIC_RELEASE);
	} else if (wait_is_over(vcpu)) {
		make_runnable_locked(rq, vcpu);
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
	if (!runqueue_steal(rq) && !pool_scrub(IDLE_SCRUB_BYTES, cpu_interrupt_waits))
		cpu_wait();
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
	rq->slice_end = now + (next == rq->answered ? granularity : slice);
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
		account(rq, vcpu, now);
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
