// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stage2_table.c - the walk through second stage tables (Arm ARM D8.2).
 */
#include "mem/stage2_table.h"

static unsigned int entry_index(uint64_t ipa, unsigned int level)
{
	unsigned int bits = level == stage2_shape.first_level ? 9 + 4 : 9;

	return (unsigned int)((ipa >> s2_shift(level)) & ((1u << bits) - 1));
}

/*
 * The entry for ipa at level, or the leaf or empty entry above it where the walk ends; *level becomes the level of that
 * entry.
 */
uint64_t *s2_walk(struct stage2 *s2, uint64_t ipa, unsigned int *level)
{
	uint64_t *table = s2->root;

	for (unsigned int at = stage2_shape.first_level;; at++) {
		uint64_t *entry = &table[entry_index(ipa, at)];
		uint64_t *below = at < 3 ? s2_table_of(*entry) : NULL;

		if (at == *level || !below) {
			*level = at;
			return entry;
		}
		table = below;
	}
}

bool s2_range_ok(uint64_t ipa, uint64_t bytes)
{
	uint64_t limit = 1ull << stage2_shape.ipa_bits;

	return bytes && IS_ALIGNED(ipa | bytes, PAGE_SIZE) && ipa < limit && bytes <= limit - ipa;
}
