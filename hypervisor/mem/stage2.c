// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stage2.c - second stage tables (Arm ARM D8.2, D8.3), 4 KiB granule.
 *
 * The first level is 0, or 1 with up to 16 concatenated tables (D8.2.7) when
 * the input size allows. A map first makes every table it needs (may fail),
 * then writes leaves (cannot).
 */
#include "mem/stage2.h"
#include "cpu/barrier.h"
#include "cpu/tlb.h"
#include "mem/heap.h"
#include "mem/stage2_table.h"

#define VTCR_RES1 BIT(31)
#define VTCR_WALK (BIT(8) | BIT(10) | 3ull << 12)

static struct {
	unsigned int ipa_bits, first_level, root_tables;
	uint64_t vtcr;
} config;

uint64_t stage2_setup(unsigned int pa_bits)
{
	static const uint8_t ps[] = { 32, 36, 40, 42, 44, 48 };
	uint64_t field = 0;

	config.ipa_bits = MIN(pa_bits, 48);
	for (unsigned int i = 0; i < ARRAY_SIZE(ps); i++)
		if (ps[i] <= config.ipa_bits)
			field = i;
	config.first_level = config.ipa_bits <= 43 ? 1 : 0;
	config.root_tables = config.first_level && config.ipa_bits > 39 ? 1u << (config.ipa_bits - 39) : 1;
	/* SL0: 1 starts at level 1, 2 at level 0. */
	config.vtcr =
		VTCR_RES1 | VTCR_WALK | (64 - config.ipa_bits) | (config.first_level ? 1ull : 2ull) << 6 | field << 16;
	return config.vtcr;
}

uint64_t stage2_vtcr(void)
{
	return config.vtcr;
}

unsigned int stage2_ipa_bits(void)
{
	return config.ipa_bits;
}

enum vimo_status stage2_init(struct stage2 *s2, uint16_t vmid)
{
	*s2 = (struct stage2){ 0 };
	/* Concatenated tables are aligned to their whole size. */
	s2->root = heap_alloc(config.root_tables, config.root_tables);
	if (!s2->root)
		return VIMO_NO_MEMORY;
	s2->table_pages = config.root_tables;
	s2->vttbr = (uintptr_t)s2->root | (uint64_t)vmid << 48;
	/* The VMID may have been another domain's. */
	tlb_flush_vmid(s2->vttbr);
	return VIMO_OK;
}

static void free_table(uint64_t *table, unsigned int level)
{
	for (unsigned int i = 0; level < 3 && i < S2_ENTRIES; i++) {
		uint64_t *below = s2_table_of(table[i]);

		if (below)
			free_table(below, level + 1);
	}
	heap_free(table, 1);
}

void stage2_destroy(struct stage2 *s2)
{
	if (!s2->root)
		return;
	for (unsigned int i = 0; i < config.root_tables * S2_ENTRIES; i++) {
		uint64_t *below = s2_table_of(s2->root[i]);

		s2->root[i] = 0;
		if (!below)
			continue;
		/* A table is reused only when no walker can still hold the way to it (D8.16.1). */
		tlb_flush_vmid(s2->vttbr);
		free_table(below, config.first_level + 1);
	}
	tlb_flush_vmid(s2->vttbr);
	heap_free(s2->root, config.root_tables);
	*s2 = (struct stage2){ 0 };
}

static unsigned int entry_index(uint64_t ipa, unsigned int level)
{
	unsigned int bits = level == config.first_level ? 9 + 4 : 9;

	return (unsigned int)((ipa >> s2_shift(level)) & ((1u << bits) - 1));
}

/*
 * The entry for ipa at level, or the leaf or empty entry above it where the
 * walk ends; *level says which.
 */
uint64_t *s2_walk(struct stage2 *s2, uint64_t ipa, unsigned int *level)
{
	uint64_t *table = s2->root;

	for (unsigned int at = config.first_level;; at++) {
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
	uint64_t limit = 1ull << config.ipa_bits;

	return bytes && IS_ALIGNED(ipa | bytes, PAGE_SIZE) && ipa < limit && bytes <= limit - ipa;
}

enum vimo_status stage2_lookup(struct stage2 *s2, ipa_t ipa, pa_t *pa, size_t *bytes, unsigned int *prot)
{
	uint64_t at = ipa.v, expected = 0, found_bytes = 0, attributes = 0;
	enum vimo_status status = VIMO_NOT_FOUND;

	if (ipa.v >> config.ipa_bits)
		return VIMO_NOT_FOUND;
	spin_lock(&s2->lock);
	for (unsigned int scanned = 0; scanned < S2_ENTRIES && !(at >> config.ipa_bits); scanned++) {
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
