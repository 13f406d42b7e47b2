// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pool_bank.c - the pool's chunks, numbered through all banks of RAM (owner of
 * the banks, fixed after boot).
 */
#include "mem/pool_bank.h"

static struct {
	uint64_t base, first, count; /* first: number of its first chunk */
} banks[POOL_BANKS_MAX];
static unsigned int bank_count;

enum vimo_status pool_bank_set(const struct pool_bank *given, unsigned int count)
{
	uint64_t chunks = 0, end = 0;

	bank_count = 0;
	if (!count || count > POOL_BANKS_MAX)
		return VIMO_INVALID;
	for (unsigned int i = 0; i < count; i++) {
		if (!IS_ALIGNED(given[i].base | given[i].bytes, BLOCK_SIZE) || given[i].base < end)
			return VIMO_INVALID;
		end = given[i].base + given[i].bytes;
		banks[i].base = given[i].base;
		banks[i].first = chunks;
		banks[i].count = given[i].bytes / BLOCK_SIZE;
		chunks += banks[i].count;
	}
	bank_count = count;
	return VIMO_OK;
}

uint64_t pool_bank_chunks(void)
{
	return bank_count ? banks[bank_count - 1].first + banks[bank_count - 1].count : 0;
}

bool pool_bank_find(pa_t pa, size_t bytes, uint64_t *chunk)
{
	for (unsigned int i = 0; i < bank_count; i++) {
		uint64_t span = banks[i].count * BLOCK_SIZE;

		if (pa.v < banks[i].base || pa.v - banks[i].base >= span)
			continue;
		*chunk = banks[i].first + (pa.v - banks[i].base) / BLOCK_SIZE;
		return bytes && bytes <= span - (pa.v - banks[i].base);
	}
	return false;
}

pa_t pool_bank_address(uint64_t chunk)
{
	unsigned int i = 0;

	while (i + 1 < bank_count && chunk >= banks[i + 1].first)
		i++;
	return PA(banks[i].base + (chunk - banks[i].first) * BLOCK_SIZE);
}

bool pool_bank_run(uint64_t *chunk, uint64_t count)
{
	uint64_t bytes = count * BLOCK_SIZE;

	for (unsigned int i = 0; i < bank_count; i++) {
		uint64_t start = banks[i].base, end = start + banks[i].count * BLOCK_SIZE;

		if (*chunk >= banks[i].first + banks[i].count)
			continue;
		if (*chunk > banks[i].first)
			start += (*chunk - banks[i].first) * BLOCK_SIZE;
		start = ALIGN_UP(start, bytes);
		if (start >= end || end - start < bytes)
			continue;
		*chunk = banks[i].first + (start - banks[i].base) / BLOCK_SIZE;
		return true;
	}
	return false;
}

void pool_bank_span(pa_t *base, size_t *bytes)
{
	pa_t last = bank_count ? pool_bank_address(pool_bank_chunks() - 1) : PA(0);

	*base = bank_count ? PA(banks[0].base) : PA(0);
	*bytes = bank_count ? last.v + BLOCK_SIZE - base->v : 0;
}
