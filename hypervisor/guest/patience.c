// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * patience.c - compare what a vCPU does when it is woken at once, and after a moment.
 */
#include "guest/patience.h"

#define TRY_AFTER 31u /* wake-ups after a moment, since the other way takes a stream apart */
#define PART 4u       /* of a mean that the newest run is */

/*
 * The other way is tried once for each @moment that it ran when woken at once: what a wrong guess costs, dom0's
 * way to sleep, is little beside that.
 */
static bool try_other(struct patience *patience, bool waits, uint64_t cpu_time, uint64_t moment)
{
	if (waits && patience->left) {
		patience->left--;
		return false;
	}
	if (!waits && cpu_time - patience->tried < moment)
		return false;
	patience->left = TRY_AFTER;
	patience->tried = cpu_time;
	return true;
}

bool patience_pays(struct patience *patience, uint64_t cpu_time, uint64_t moment)
{
	bool waits = patience->ran[false] && patience->ran[true] > patience->ran[false] / 2 * 3;

	return waits != try_other(patience, waits, cpu_time, moment);
}

void patience_woken(struct patience *patience, uint64_t cpu_time)
{
	patience->woken = cpu_time;
}

void patience_waits(struct patience *patience)
{
	patience->waited = true;
}

void patience_slept(struct patience *patience, uint64_t cpu_time)
{
	uint64_t *mean = &patience->ran[patience->waited], ran = cpu_time - patience->woken;

	*mean = *mean ? *mean - *mean / PART + ran / PART : ran;
	patience->waited = false;
}
