// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mmio.c - a domain's emulated regions, sorted by address. Fixed while it runs.
 */
#include "guest/mmio.h"

const struct mmio_region mmio_nowhere;

static uint64_t region_end(const struct mmio_region *region)
{
	return region->base + region->bytes;
}

enum vimo_status mmio_add(struct mmio_table *table, const struct mmio_region *region)
{
	unsigned int at = 0;

	if (!region->bytes || region_end(region) < region->base || !IS_ALIGNED(region->base | region->bytes, 8))
		return VIMO_INVALID;
	while (at < table->count && table->region[at].base < region->base)
		at++;
	if ((at > 0 && region_end(&table->region[at - 1]) > region->base) ||
	    (at < table->count && region_end(region) > table->region[at].base))
		return VIMO_EXISTS;
	if (table->count == MMIO_REGIONS)
		return VIMO_LIMIT;
	for (unsigned int i = table->count; i > at; i--)
		table->region[i] = table->region[i - 1];
	table->region[at] = *region;
	table->count++;
	return VIMO_OK;
}

const struct mmio_region *mmio_find(const struct mmio_table *table, uint64_t ipa)
{
	unsigned int low = 0, high = table->count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;
		const struct mmio_region *region = &table->region[middle];

		if (ipa < region->base)
			high = middle;
		else if (ipa - region->base >= region->bytes)
			low = middle + 1;
		else
			return region;
	}
	return NULL;
}
