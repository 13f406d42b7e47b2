// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * runqueue.c - lists of vCPUs per CPU, placement and stealing (owner of the run
 * queues).
 */
#include "guest/runqueue.h"
#include "guest/domain.h"
#include "hw/timer.h"

struct sched_times sched_times;
static struct runqueue runqueues[CPU_MAX];

void runqueue_init(unsigned int cpu)
{
	runqueues[cpu] = (struct runqueue){ .cpu = &cpus[cpu], .timer = ~0ull };
}

struct runqueue *runqueue_of(const struct cpu *cpu)
{
	return &runqueues[cpu->id];
}

struct runqueue *runqueue_lock(const struct vcpu *vcpu)
{
	for (;;) {
		struct cpu *cpu = __atomic_load_n(&vcpu->cpu, __ATOMIC_RELAXED);
		struct runqueue *rq = runqueue_of(cpu);

		spin_lock(&rq->lock);
		if (vcpu->cpu == cpu)
			return rq;
		spin_unlock(&rq->lock);
	}
}

void runqueue_insert(struct runqueue *rq, struct vcpu *vcpu)
{
	vcpu->next = rq->queue;
	rq->queue = vcpu;
}

void runqueue_remove(struct runqueue *rq, struct vcpu *vcpu)
{
	if (rq->answered == vcpu)
		rq->answered = NULL;
	if (rq->delayed == vcpu)
		rq->delayed = NULL;
	for (struct vcpu **link = &rq->queue; *link; link = &(*link)->next) {
		if (*link != vcpu)
			continue;
		*link = vcpu->next;
		vcpu->next = NULL;
		return;
	}
}

struct vcpu *runqueue_best(const struct runqueue *rq)
{
	struct vcpu *best = rq->queue;

	for (struct vcpu *vcpu = best; vcpu; vcpu = vcpu->next)
		if (vcpu->vruntime < best->vruntime)
			best = vcpu;
	return best;
}

void runqueue_withhold(struct runqueue *rq, struct vcpu *vcpu)
{
	vcpu->held = rq->min_vruntime > vcpu->vruntime ? rq->min_vruntime - vcpu->vruntime : 0;
	vcpu->vruntime += vcpu->held;
}

void runqueue_repay(struct vcpu *vcpu)
{
	vcpu->vruntime -= vcpu->held;
	vcpu->held = 0;
}

void runqueue_make_runnable(struct runqueue *rq, struct vcpu *vcpu)
{
	uint64_t floor;

	/* A vCPU alone on its CPU may have run for seconds since min_vruntime was set. */
	if (rq->cpu->vcpu)
		runqueue_account(rq, rq->cpu->vcpu, counter_now());
	floor = rq->min_vruntime > sched_times.wake_bonus ? rq->min_vruntime - sched_times.wake_bonus : 0;
	if (vcpu->state == VCPU_BLOCKED && vcpu->wait == WAIT_INTERRUPT)
		patience_woken(&vcpu->patience, vcpu->cpu_time);
	vcpu->state = VCPU_RUNNABLE;
	vcpu->wait = WAIT_NONE;
	vcpu->vruntime = MAX(vcpu->vruntime, floor);
	if (!vcpu->stopped)
		runqueue_insert(rq, vcpu);
}

static void place_locked(struct runqueue *rq, struct vcpu *vcpu)
{
	vcpu->sibling = rq->placed;
	rq->placed = vcpu;
	rq->placed_count++;
	__atomic_store_n(&vcpu->cpu, rq->cpu, __ATOMIC_RELAXED);
}

static void unplace_locked(struct runqueue *rq, struct vcpu *vcpu)
{
	for (struct vcpu **link = &rq->placed; *link; link = &(*link)->sibling) {
		if (*link != vcpu)
			continue;
		*link = vcpu->sibling;
		rq->placed_count--;
		return;
	}
}

/* The CPU with the fewest vCPUs, among those of @kind unless it is NULL. */
static struct runqueue *least_placed(const uint8_t *kind)
{
	struct runqueue *best = NULL;

	for (unsigned int i = 0; i < cpu_count; i++)
		if ((!kind || cpus[i].kind == *kind) && (!best || runqueues[i].placed_count < best->placed_count))
			best = &runqueues[i];
	return best;
}

void runqueue_place(struct vcpu *vcpu)
{
	struct runqueue *best;

	vcpu->pinned = vcpu->domain->id == VIMO_DOM0;
	/* All vCPUs of a guest are of the first one's kind. */
	if (vcpu->pinned)
		best = &runqueues[vcpu->id % cpu_count];
	else
		best = least_placed(vcpu->id ? &vcpu->domain->vcpus[0]->kind : NULL);
	vcpu->kind = best->cpu->kind;
	spin_lock(&best->lock);
	place_locked(best, vcpu);
	spin_unlock(&best->lock);
}

void runqueue_forget(struct vcpu *vcpu)
{
	struct runqueue *rq = runqueue_lock(vcpu);

	runqueue_remove(rq, vcpu);
	unplace_locked(rq, vcpu);
	spin_unlock(&rq->lock);
}

static struct vcpu *stealable(const struct runqueue *rq, uint8_t kind)
{
	for (struct vcpu *vcpu = rq->queue; vcpu; vcpu = vcpu->next)
		if (!vcpu->pinned && vcpu->kind == kind)
			return vcpu;
	return NULL;
}

static bool steal_from(struct runqueue *rq, struct runqueue *other)
{
	struct runqueue *first = rq < other ? rq : other, *second = rq < other ? other : rq;
	struct vcpu *vcpu;

	spin_lock(&first->lock);
	spin_lock(&second->lock);
	/* An idle CPU is about to run its queue. */
	vcpu = other->cpu->vcpu ? stealable(other, rq->cpu->kind) : NULL;
	if (vcpu) {
		runqueue_remove(other, vcpu);
		unplace_locked(other, vcpu);
		place_locked(rq, vcpu);
		vcpu->vruntime = rq->min_vruntime;
		vcpu->held = 0;
		runqueue_insert(rq, vcpu);
	}
	spin_unlock(&second->lock);
	spin_unlock(&first->lock);
	return vcpu != NULL;
}

bool runqueue_steal(struct runqueue *rq)
{
	for (unsigned int i = 0; i < cpu_count; i++) {
		struct runqueue *other = &runqueues[i];

		if (other != rq && __atomic_load_n(&other->queue, __ATOMIC_RELAXED) && steal_from(rq, other))
			return true;
	}
	return false;
}
