// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stage2_change.c - make, map, unmap and free (Arm ARM D8.2, D8.3). A map first
 * makes every table it needs (may fail), then writes leaves (cannot).
 */
#include "mem/stage2_change.h"
#include "cpu/barrier.h"
#include "cpu/tlb.h"
#include "mem/heap.h"
#include "mem/stage2_table.h"

/* More entries than this are dropped from the TLB by VMID, not one by one. */
#define FLUSH_ONE_BY_ONE 32u

enum vimo_status stage2_init(struct stage2 *s2, uint16_t vmid)
{
	*s2 = (struct stage2){ 0 };
	/* Concatenated tables are aligned to their whole size. */
	s2->root = heap_alloc(stage2_shape.root_tables, stage2_shape.root_tables);
	if (!s2->root)
		return VIMO_NO_MEMORY;
	s2->table_pages = stage2_shape.root_tables;
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
	for (unsigned int i = 0; i < stage2_shape.root_tables * S2_ENTRIES; i++) {
		uint64_t *below = s2_table_of(s2->root[i]);

		s2->root[i] = 0;
		if (!below)
			continue;
		/* A table is reused only when no walker can still hold the way to it (DDI 0487 L.a, D8.17). */
		tlb_flush_vmid(s2->vttbr);
		free_table(below, stage2_shape.first_level + 1);
	}
	tlb_flush_vmid(s2->vttbr);
	heap_free(s2->root, stage2_shape.root_tables);
	*s2 = (struct stage2){ 0 };
}

static bool is_empty(const uint64_t *table, unsigned int level)
{
	for (unsigned int i = 0; i < S2_ENTRIES; i++) {
		const uint64_t *below = level < 3 ? s2_table_of(table[i]) : NULL;

		if ((table[i] & S2_VALID) && !(below && is_empty(below, level + 1)))
			return false;
	}
	return true;
}

static void free_empty(struct stage2 *s2, uint64_t *table, unsigned int level)
{
	for (unsigned int i = 0; level < 3 && i < S2_ENTRIES; i++)
		if (s2_table_of(table[i]))
			free_empty(s2, s2_table_of(table[i]), level + 1);
	heap_free(table, 1);
	s2->table_pages--;
}

/* Unmap leaves empty tables behind; an empty table in the place of a larger leaf is taken away. */
static enum vimo_status make_room(struct stage2 *s2, uint64_t *entry, unsigned int level)
{
	uint64_t *table = level < 3 ? s2_table_of(*entry) : NULL;

	if (!(*entry & S2_VALID))
		return VIMO_OK;
	if (!table || !is_empty(table, level + 1))
		return VIMO_EXISTS;
	*entry = 0;
	tlb_flush_vmid(s2->vttbr);
	free_empty(s2, table, level + 1);
	return VIMO_OK;
}

/* Make the tables from the walk's end down to level. */
static enum vimo_status make_tables(struct stage2 *s2, uint64_t ipa, unsigned int to_level)
{
	for (;;) {
		unsigned int level = to_level;
		uint64_t *entry = s2_walk(s2, ipa, &level), *table;

		if (level == to_level)
			return make_room(s2, entry, level);
		if (*entry & S2_VALID)
			return VIMO_EXISTS; /* a larger leaf */
		table = heap_page();
		if (!table)
			return VIMO_NO_MEMORY;
		s2->table_pages++;
		/* The table's zeros are seen before the entry that leads to it (DDI 0487 J.a, B2.3.12). */
		dsb_ishst();
		*entry = (uintptr_t)table | S2_VALID | S2_TABLE;
	}
}

/* Check that nothing in the range is mapped, and make all tables. Tables of a map that fails stay for the next map. */
static enum vimo_status prepare(struct stage2 *s2, uint64_t ipa, uint64_t pa, uint64_t bytes)
{
	while (bytes) {
		unsigned int level = s2_leaf_level(ipa, pa, bytes);
		uint64_t size = 1ull << s2_shift(level);
		enum vimo_status status = make_tables(s2, ipa, level);

		if (status)
			return status;
		ipa += size;
		pa += size;
		bytes -= size;
	}
	return VIMO_OK;
}

static void commit(struct stage2 *s2, uint64_t ipa, uint64_t pa, uint64_t bytes, uint64_t attributes)
{
	while (bytes) {
		unsigned int level = s2_leaf_level(ipa, pa, bytes);
		uint64_t size = 1ull << s2_shift(level);

		*s2_walk(s2, ipa, &level) = pa | attributes | S2_VALID | (level == 3 ? S2_TABLE : 0);
		s2->leaves[level - 1]++;
		ipa += size;
		pa += size;
		bytes -= size;
	}
	/* Invalid to valid needs no TLB maintenance, but the walkers must see it (DDI 0487 L.a, D8.17). */
	dsb_ishst();
	isb();
}

enum vimo_status stage2_map(struct stage2 *s2, ipa_t ipa, pa_t pa, size_t bytes, unsigned int prot)
{
	enum vimo_status status;

	if (!s2_range_ok(ipa.v, bytes) || !IS_ALIGNED(pa.v, PAGE_SIZE) || pa.v + bytes < pa.v ||
	    (pa.v + bytes - 1) >> 48)
		return VIMO_INVALID;
	spin_lock(&s2->lock);
	status = prepare(s2, ipa.v, pa.v, bytes);
	if (!status)
		commit(s2, ipa.v, pa.v, bytes, s2_attributes(s2, prot));
	spin_unlock(&s2->lock);
	return status;
}

/* Replace a leaf by a table of smaller leaves: break-before-make (DDI 0487 J.a, D8.14.1). */
static enum vimo_status split(struct stage2 *s2, uint64_t *entry, unsigned int level, uint64_t ipa)
{
	uint64_t *table = heap_page(), old = *entry;
	uint64_t size = 1ull << s2_shift(level + 1);

	if (!table)
		return VIMO_NO_MEMORY;
	for (unsigned int i = 0; i < S2_ENTRIES; i++)
		table[i] = (old & ~S2_TABLE) + i * size + (level + 1 == 3 ? S2_TABLE : 0);
	s2->table_pages++;
	s2->leaves[level - 1]--;
	s2->leaves[level] += S2_ENTRIES;
	*entry = 0;
	tlb_flush_ipa(s2->vttbr, IPA(ALIGN_DOWN(ipa, 1ull << s2_shift(level))));
	*entry = (uintptr_t)table | S2_VALID | S2_TABLE;
	dsb_ishst();
	return VIMO_OK;
}

/* Leaves that the range cuts in two are split first, so that clearing cannot fail. */
static enum vimo_status split_at(struct stage2 *s2, uint64_t ipa)
{
	for (;;) {
		unsigned int level = 3;
		uint64_t *entry = s2_walk(s2, ipa, &level);
		enum vimo_status status;

		if (!(*entry & S2_VALID) || IS_ALIGNED(ipa, 1ull << s2_shift(level)))
			return VIMO_OK;
		status = split(s2, entry, level, ipa);
		if (status)
			return status;
	}
}

static void clear(struct stage2 *s2, uint64_t ipa, uint64_t end)
{
	unsigned int cleared = 0;
	bool by_one = (end - ipa) >> PAGE_SHIFT <= FLUSH_ONE_BY_ONE;

	while (ipa < end) {
		unsigned int level = 3;
		uint64_t *entry = s2_walk(s2, ipa, &level);

		if (*entry & S2_VALID) {
			*entry = 0;
			s2->leaves[level - 1]--;
			cleared++;
			if (by_one)
				tlb_flush_ipa(s2->vttbr, IPA(ipa));
		}
		ipa = ALIGN_DOWN(ipa, 1ull << s2_shift(level)) + (1ull << s2_shift(level));
	}
	if (cleared && !by_one)
		tlb_flush_vmid(s2->vttbr);
}

/* The table at level for ipa, freed when nothing is left in it. */
static void free_if_empty(struct stage2 *s2, uint64_t ipa, unsigned int level)
{
	unsigned int above = level - 1;
	uint64_t *entry = s2_walk(s2, ipa, &above);
	uint64_t *table = above == level - 1 ? s2_table_of(*entry) : NULL;

	if (!table)
		return;
	for (unsigned int i = 0; i < S2_ENTRIES; i++)
		if (table[i])
			return;
	*entry = 0;
	/* No walker may still hold the table's address when it is used anew (DDI 0487 L.a, D8.17). */
	tlb_flush_ipa(s2->vttbr, IPA(ipa));
	heap_free(table, 1);
	s2->table_pages--;
}

/* Empty tables go back to the heap: a domain that maps and unmaps leaves no trace. */
static void free_empty_tables(struct stage2 *s2, uint64_t ipa, uint64_t end)
{
	for (uint64_t at = ALIGN_DOWN(ipa, BLOCK_SIZE); at < end; at += BLOCK_SIZE)
		free_if_empty(s2, at, 3);
	for (uint64_t at = ALIGN_DOWN(ipa, GIGA_SIZE); at < end; at += GIGA_SIZE)
		free_if_empty(s2, at, 2);
}

enum vimo_status stage2_unmap(struct stage2 *s2, ipa_t ipa, size_t bytes)
{
	enum vimo_status status;

	if (!s2_range_ok(ipa.v, bytes))
		return VIMO_INVALID;
	spin_lock(&s2->lock);
	status = split_at(s2, ipa.v);
	if (!status && s2_range_ok(ipa.v + bytes, PAGE_SIZE))
		status = split_at(s2, ipa.v + bytes);
	if (!status) {
		clear(s2, ipa.v, ipa.v + bytes);
		free_empty_tables(s2, ipa.v, ipa.v + bytes);
	}
	spin_unlock(&s2->lock);
	return status;
}
