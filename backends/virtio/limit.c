// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * limit.c - a token bucket of a tenth of a second.
 */
#include "virtio/limit.h"

#define NS 1000000000ull
#define BURST (NS / 10)
#define RATE_MAX (1ull << 32) /* higher rates are not limited: no device reaches them */

uint64_t limit_wait(struct limit *limit, uint64_t now)
{
	uint64_t passed = now - limit->at, room;

	if (!limit->rate || limit->rate > RATE_MAX)
		return 0;
	/* Debt is bounded by one request only: making it up may take longer than BURST. */
	room = (uint64_t)((int64_t)(limit->rate * BURST) - limit->level) / limit->rate;
	limit->level += (int64_t)((passed < room ? passed : room) * limit->rate);
	limit->at = now;
	return limit->level >= 0 ? 0 : (uint64_t)-limit->level / limit->rate + 1;
}

void limit_take(struct limit *limit, uint64_t units)
{
	if (limit->rate && limit->rate <= RATE_MAX)
		limit->level -= (int64_t)((units < RATE_MAX ? units : RATE_MAX) * NS);
}
