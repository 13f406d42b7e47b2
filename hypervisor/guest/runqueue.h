/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runqueue.h - the vCPUs of one CPU: all that are placed there, and those that
 * wait to run. For sched*.c, except runqueue_place() and runqueue_forget().
 */
#ifndef GUEST_RUNQUEUE_H
#define GUEST_RUNQUEUE_H

#include "guest/vcpu.h"
#include "lib/lock.h"

struct runqueue {
	spinlock_t lock;
	struct cpu *cpu;
	struct vcpu *queue;  /* runnable, unordered: a handful */
	struct vcpu *placed; /* every vCPU of this CPU */
	unsigned int placed_count;
	struct vcpu *answered; /* in queue; its device model has just answered: see sched.c */
	struct vcpu *delayed;  /* in queue, without its credit until delay_end: see sched_wake_later() */
	uint64_t delay_end;
	uint64_t min_vruntime;
	uint64_t slice_end;
	uint64_t timer; /* value of EL2's timer */
};

/* In counter ticks; written once, by sched_init(). */
struct sched_times {
	uint64_t slice, wake_bonus, granularity, moment;
};
extern struct sched_times sched_times;

void runqueue_init(unsigned int cpu);
/* Choose a CPU for a new vCPU: fewest vCPUs first, of the kind of its guest's vCPU 0; dom0's vCPU n on CPU n. */
void runqueue_place(struct vcpu *vcpu);
/* A vCPU that is OFF or stopped and not running leaves its CPU. */
void runqueue_forget(struct vcpu *vcpu);
struct runqueue *runqueue_of(const struct cpu *cpu);
/* Lock the queue of the CPU a vCPU is placed on. */
struct runqueue *runqueue_lock(const struct vcpu *vcpu);
/* Caller holds the lock. */
void runqueue_insert(struct runqueue *rq, struct vcpu *vcpu);
void runqueue_remove(struct runqueue *rq, struct vcpu *vcpu); /* not queued: no effect */
struct vcpu *runqueue_best(const struct runqueue *rq);        /* least vruntime, or NULL */
/* Blocked or new: into the queue, unless it is stopped. */
void runqueue_make_runnable(struct runqueue *rq, struct vcpu *vcpu);
/* The running vCPU pays for the time until now. */
static inline void runqueue_account(struct runqueue *rq, struct vcpu *vcpu, uint64_t now)
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

/* Take the credit of its sleep from a vCPU, and give it back. */
void runqueue_withhold(struct runqueue *rq, struct vcpu *vcpu);
void runqueue_repay(struct vcpu *vcpu);
/* Take a waiting vCPU from a busy CPU; no lock held. Return: whether a vCPU was taken. */
bool runqueue_steal(struct runqueue *rq);

#endif
