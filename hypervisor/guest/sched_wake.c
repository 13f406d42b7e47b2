// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sched_wake.c - vCPUs that become runnable, or stop being so: from any CPU,
 * through the run queues and a kick. sched.c describes the credit that a
 * wake-up gives.
 */
#include "guest/sched_wake.h"
#include "guest/domain.h"
#include "guest/runqueue.h"
#include "hw/timer.h"
#include "lib/string.h"

void sched_kick(struct cpu *cpu)
{
	if (cpu == this_cpu())
		cpu->work |= CPU_WORK_SCHED;
	else
		gic->send_sgi(cpu->id, GIC_SGI_KICK);
}

/* Caller holds its queue's lock. Return: the CPU to kick, or NULL. */
static struct cpu *wake_locked(struct runqueue *rq, struct vcpu *vcpu, enum vcpu_wait reason)
{
	if (vcpu->state == VCPU_RUNNING) {
		__atomic_store_n(&vcpu->woken[reason], true, __ATOMIC_RELAXED);
		return vcpu->cpu == this_cpu() ? NULL : vcpu->cpu;
	}
	if (vcpu->state == VCPU_BLOCKED && vcpu->wait == reason) {
		runqueue_make_runnable(rq, vcpu);
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

/*
 * Caller holds the queue's lock; the vCPU that runs here wakes @woken. Return: whether the running vCPU may go on for a
 * moment.
 */
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

/* Also a vCPU that was woken for later before: from now on it has a time. */
static void delay(struct runqueue *rq, struct vcpu *vcpu)
{
	patience_waits(&vcpu->patience);
	rq->delayed = vcpu;
	rq->delay_end = counter_now() + (vcpu->domain == dom0 ? sched_times.granularity : sched_times.moment);
}

void sched_wake_later(struct vcpu *vcpu, bool soon)
{
	struct runqueue *rq = runqueue_lock(vcpu);
	bool sleeps = vcpu->state == VCPU_BLOCKED, held = vcpu->held && rq->delayed != vcpu;
	struct cpu *kick = NULL;

	/* A runnable vCPU that is not held back runs anyway. */
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
	/* An idle CPU runs the vCPU; a busy CPU sets its timer. */
	if (kick)
		sched_kick(kick);
}

void sched_start(struct vcpu *vcpu)
{
	struct runqueue *rq = runqueue_lock(vcpu);

	vcpu->off_requested = false;
	memset(vcpu->woken, 0, sizeof(vcpu->woken));
	runqueue_make_runnable(rq, vcpu);
	spin_unlock(&rq->lock);
	sched_kick(vcpu->cpu);
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

void sched_retime(void)
{
	this_cpu()->work |= CPU_WORK_SCHED;
}
