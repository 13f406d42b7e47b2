/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock.h - spin locks. EL2 runs with interrupts masked, so there is one kind.
 *
 * Lock order, outermost first: domain, io, its, stage2, vgic, run queue, pool,
 * heap, log. Equals (two run queues, two domains): lower id first.
 */
#ifndef LIB_LOCK_H
#define LIB_LOCK_H

#include "lib/types.h"

typedef struct {
	uint32_t held;
} spinlock_t;

static inline void spin_lock(spinlock_t *lock)
{
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			;
}

static inline void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

#endif
