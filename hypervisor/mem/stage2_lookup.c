// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stage2_lookup.c - read second stage tables.
 */
#include "mem/stage2_lookup.h"
#include "mem/stage2_table.h"

enum vimo_status stage2_lookup(struct stage2 *s2, ipa_t ipa, pa_t *pa, size_t *bytes, unsigned int *prot)
{
	uint64_t at = ipa.v, expected = 0, found_bytes = 0, attributes = 0;
	enum vimo_status status = VIMO_NOT_FOUND;

	if (ipa.v >> stage2_shape.ipa_bits)
		return VIMO_NOT_FOUND;
	spin_lock(&s2->lock);
	for (unsigned int scanned = 0; scanned < S2_ENTRIES && !(at >> stage2_shape.ipa_bits); scanned++) {
		unsigned int level = 3;
		uint64_t entry = *s2_walk(s2, at, &level);
		uint64_t size = 1ull << s2_shift(level), to;

		if (!(entry & S2_VALID) || (level < 3 && s2_table_of(entry)))
			break;
		to = (entry & S2_ADDRESS) + (at & (size - 1));
		if (status == VIMO_OK && (to != expected || (entry & S2_PROT) != attributes))
			break;
		if (status != VIMO_OK) {
			status = VIMO_OK;
			attributes = entry & S2_PROT;
			if (pa)
				*pa = PA(to);
		}
		found_bytes += size - (at & (size - 1));
		expected = (entry & S2_ADDRESS) + size;
		at = (at | (size - 1)) + 1;
		if (!bytes)
			break;
	}
	spin_unlock(&s2->lock);
	if (bytes)
		*bytes = found_bytes;
	if (prot && status == VIMO_OK)
		*prot = s2_prot_of(attributes);
	return status;
}

ipa_t stage2_next(struct stage2 *s2, ipa_t ipa)
{
	unsigned int level = 3;

	spin_lock(&s2->lock);
	(void)s2_walk(s2, ipa.v, &level);
	spin_unlock(&s2->lock);
	return IPA((ipa.v | ((1ull << s2_shift(level)) - 1)) + 1);
}
