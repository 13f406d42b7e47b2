// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bounce.c - a queue's first buffer is its own, all others are shared: no buffer needs a mark.
 */
#include "block/bounce.h"

static unsigned int shared = BOUNCE_SHARED; /* free; all I/O threads */

bool bounces_take(struct bounces *bounces)
{
	unsigned int left = __atomic_load_n(&shared, __ATOMIC_RELAXED);

	while (bounces->held && left &&
	       !__atomic_compare_exchange_n(&shared, &left, left - 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	if (bounces->held && !left)
		return false;
	bounces->held++;
	return true;
}

void bounces_give(struct bounces *bounces)
{
	if (--bounces->held)
		__atomic_add_fetch(&shared, 1, __ATOMIC_RELAXED);
}
