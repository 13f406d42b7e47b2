/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * range.h - short sorted lists of address ranges.
 */
#ifndef BOOT_RANGE_H
#define BOOT_RANGE_H

#include "lib/types.h"

#define RANGE_MAX 48u

struct range {
	uint64_t base, bytes;
};

struct range_list {
	unsigned int count; /* sorted by base, disjoint, neighbours merged */
	struct range range[RANGE_MAX];
};

static inline uint64_t range_end(const struct range *range)
{
	return range->base + range->bytes;
}

/*
 * VIMO_LIMIT when the list is full, VIMO_INVALID when the range wraps: then nothing changes. An empty range changes
 * nothing, either.
 */
enum vimo_status range_add(struct range_list *list, uint64_t base, uint64_t bytes);
enum vimo_status range_remove(struct range_list *list, uint64_t base, uint64_t bytes);
bool range_overlaps(const struct range_list *list, uint64_t base, uint64_t bytes);
bool range_contains(const struct range_list *list, uint64_t base, uint64_t bytes);
/* Aligned place for bytes inside list and outside avoid; lowest, or highest, below limit. ~0: none. */
uint64_t range_find(const struct range_list *list, const struct range_list *avoid, uint64_t bytes, uint64_t align,
		    uint64_t limit, bool highest);

#endif
