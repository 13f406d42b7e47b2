// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * patience.c - compare how long a vCPU runs when it is woken at once, and after
 * a moment.
 */
#include "guest/patience.h"

#define TRY_AFTER 31u /* wake-ups: a wrong guess costs at most a thirty-second of them */
#define PART 4u       /* weight of the newest run in a mean: 1 / PART */

bool patience_pays(struct patience *patience)
{
	bool pays = patience->ran[false] && patience->ran[true] > patience->ran[false] / 2 * 3;

	if (patience->left) {
		patience->left--;
		return pays;
	}
	patience->left = TRY_AFTER;
	return !pays;
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
