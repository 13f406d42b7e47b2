// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_stage2.c - second stage tables.
 */
#include "fake_el2.h"
#include <stdlib.h>
#include "mem/heap.h"
#include "mem/stage2.h"
#include "mem/stage2_change.h"
#include "mem/stage2_lookup.h"
#include "mem/window.h"

#define HEAP_PAGES 128u
#define RAM 0x40000000ull

static struct stage2 s2;
static size_t heap_before;

static int start_with(unsigned int pa_bits)
{
	fake_el2_start(HEAP_PAGES);
	stage2_setup(pa_bits, false);
	heap_before = heap_free_pages();
	assert_int_equal(stage2_init(&s2, 7), VIMO_OK);
	return 0;
}

static int start(void **state)
{
	(void)state;
	return start_with(40);
}

/* Every test gives all tables back. */
static int stop(void **state)
{
	(void)state;
	stage2_destroy(&s2);
	assert_int_equal(heap_free_pages(), heap_before);
	fake_el2_stop();
	return 0;
}

static void assert_maps(uint64_t ipa, uint64_t expected_pa, unsigned int expected_prot)
{
	unsigned int prot = 0;
	pa_t pa = PA(0);

	assert_int_equal(stage2_lookup(&s2, IPA(ipa), &pa, NULL, &prot), VIMO_OK);
	assert_int_equal(pa.v, expected_pa);
	assert_int_equal(prot, expected_prot);
}

static void assert_hole(uint64_t ipa)
{
	assert_int_equal(stage2_lookup(&s2, IPA(ipa), NULL, NULL, NULL), VIMO_NOT_FOUND);
}

static void map(uint64_t ipa, uint64_t pa, uint64_t bytes)
{
	assert_int_equal(stage2_map(&s2, IPA(ipa), PA(pa), bytes, STAGE2_RWX), VIMO_OK);
}

static void vtcr_follows_the_pa_size(void **state)
{
	/* T0SZ, SL0, PS, tables of the first level (Arm ARM D8.2.7, D17.2.157) */
	static const struct {
		unsigned int bits, t0sz, sl0, ps, tables;
	} expected[] = {
		{ 32, 32, 1, 0, 1 }, { 36, 28, 1, 1, 1 }, { 40, 24, 1, 2, 2 }, { 42, 22, 1, 3, 8 },
		{ 44, 20, 2, 4, 1 }, { 48, 16, 2, 5, 1 }, { 52, 16, 2, 5, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		uint64_t vtcr = stage2_setup(expected[i].bits, false);

		assert_int_equal(FIELD(vtcr, 5, 0), expected[i].t0sz);
		assert_int_equal(FIELD(vtcr, 7, 6), expected[i].sl0);
		assert_int_equal(FIELD(vtcr, 18, 16), expected[i].ps);
		assert_int_equal(FIELD(vtcr, 31, 31), 1);
		assert_int_equal(FIELD(vtcr, 13, 8), 0x35); /* inner shareable, write-back walks */
		assert_int_equal(stage2_vtcr(), vtcr);
		start_with(expected[i].bits);
		assert_int_equal(s2.table_pages, expected[i].tables);
		assert_true(IS_ALIGNED((uintptr_t)s2.root, expected[i].tables * PAGE_SIZE));
		assert_int_equal(s2.vttbr >> 48, 7);
		map((1ull << stage2_ipa_bits()) - PAGE_SIZE, 0x1000, PAGE_SIZE);
		assert_maps((1ull << stage2_ipa_bits()) - PAGE_SIZE, 0x1000, STAGE2_RWX);
		map(0, 0x5000, PAGE_SIZE);
		assert_maps(0, 0x5000, STAGE2_RWX);
		stop(NULL);
	}
}

static void largest_entries_are_used(void **state)
{
	(void)state;
	map(RAM, 0x80000000, 2 * GIGA_SIZE + 3 * BLOCK_SIZE + 5 * PAGE_SIZE);
	assert_int_equal(s2.leaves[0], 2);
	assert_int_equal(s2.leaves[1], 3);
	assert_int_equal(s2.leaves[2], 5);
	assert_maps(RAM + GIGA_SIZE + 0x1234, 0x80000000 + GIGA_SIZE + 0x1234, STAGE2_RWX);
	assert_maps(RAM + 2 * GIGA_SIZE + BLOCK_SIZE, 0x80000000 + 2 * GIGA_SIZE + BLOCK_SIZE, STAGE2_RWX);
	assert_hole(RAM + 2 * GIGA_SIZE + 3 * BLOCK_SIZE + 5 * PAGE_SIZE);
	assert_hole(RAM - 1);
}

static void physical_misalignment_forces_small_entries(void **state)
{
	(void)state;
	map(RAM, 0x80000000 + PAGE_SIZE, BLOCK_SIZE);
	assert_int_equal(s2.leaves[1], 0);
	assert_int_equal(s2.leaves[2], 512);
	assert_maps(RAM + 0x1ff008, 0x80200008, STAGE2_RWX);
}

static void descriptors_are_the_architectures(void **state)
{
	uint64_t *level1 = s2.root, *level2, *level3;

	(void)state;
	assert_int_equal(stage2_map(&s2, IPA(GIGA_SIZE), PA(2 * GIGA_SIZE), GIGA_SIZE, STAGE2_RWX), VIMO_OK);
	assert_int_equal(stage2_map(&s2, IPA(0), PA(0x8000000), PAGE_SIZE, STAGE2_R | STAGE2_W | STAGE2_DEVICE),
			 VIMO_OK);
	assert_int_equal(stage2_map(&s2, IPA(0x1000), PA(0x9000000), PAGE_SIZE, STAGE2_R), VIMO_OK);
	/* block: AF, inner shareable, S2AP read/write, write-back; D8.3.2 */
	assert_int_equal(level1[1], 2 * GIGA_SIZE | 0x7fd);
	level2 = (uint64_t *)(uintptr_t)(level1[0] & MASK(47, 12));
	level3 = (uint64_t *)(uintptr_t)(level2[0] & MASK(47, 12));
	assert_int_equal(level1[0] & 3, 3);
	/* page: AF, S2AP read/write, Device-nGnRE, XN */
	assert_int_equal(level3[0], 0x8000000 | BIT(54) | 0x4c7);
	assert_int_equal(level3[1], 0x9000000 | BIT(54) | 0x77f);
}

/*
 * HCR_EL2.FWB: MemAttr 6 is write-back, 7 what stage 1 has, 1 Device-nGnRE (DDI 0487 I.a, D8.5.5). @normal: bits of a
 * read-only page of Normal memory.
 */
static void forced_write_back_of(uint16_t vmid, uint64_t normal)
{
	const uint64_t *page;

	stage2_destroy(&s2);
	stage2_setup(40, true);
	heap_before = heap_free_pages();
	assert_int_equal(stage2_init(&s2, vmid), VIMO_OK);
	assert_int_equal(stage2_map(&s2, IPA(0), PA(0x8000000), PAGE_SIZE, STAGE2_R | STAGE2_W | STAGE2_DEVICE),
			 VIMO_OK);
	assert_int_equal(stage2_map(&s2, IPA(0x1000), PA(0x9000000), PAGE_SIZE, STAGE2_R), VIMO_OK);
	page = (uint64_t *)(uintptr_t)(s2.root[0] & MASK(47, 12));
	page = (uint64_t *)(uintptr_t)(page[0] & MASK(47, 12));
	assert_int_equal(page[0], 0x8000000 | BIT(54) | 0x4c7);
	assert_int_equal(page[1], 0x9000000 | BIT(54) | normal);
	assert_maps(0, 0x8000000, STAGE2_R | STAGE2_W | STAGE2_DEVICE);
	assert_maps(0x1000, 0x9000000, STAGE2_R);
	/* A split block keeps its type. */
	map(GIGA_SIZE, 0x80000000, BLOCK_SIZE);
	assert_int_equal(stage2_unmap(&s2, IPA(GIGA_SIZE), PAGE_SIZE), VIMO_OK);
	assert_maps(GIGA_SIZE + PAGE_SIZE, 0x80001000, STAGE2_RWX);
}

static void forced_write_back_is_for_guests_but_dom0(void **state)
{
	(void)state;
	forced_write_back_of(7, 0x75b);
	forced_write_back_of(VIMO_DOM0, 0x75f);
}

/* Zeros need not leave the caches for a guest that cannot look past them. */
static void zeros_are_cleaned_without_forced_write_back(void **state)
{
	(void)state;
	fake_cleaned_bytes = 0;
	phys_zero(PA(FAKE_RAM_BASE), 2 * PAGE_SIZE);
	assert_int_equal(fake_cleaned_bytes, 2 * PAGE_SIZE);
	stage2_setup(40, true);
	phys_zero(PA(FAKE_RAM_BASE + 2 * PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(fake_cleaned_bytes, 2 * PAGE_SIZE);
	assert_int_equal(*fake_ram(FAKE_RAM_BASE + 2 * PAGE_SIZE), 0);
	/* What EL2 writes for dom0 leaves them always. */
	phys_write(PA(FAKE_RAM_BASE), "x", 1);
	assert_int_equal(fake_cleaned_bytes, 2 * PAGE_SIZE + 1);
}

static void protection_comes_back(void **state)
{
	static const unsigned int prots[] = { STAGE2_R, STAGE2_R | STAGE2_W, STAGE2_RWX, STAGE2_R | STAGE2_X,
					      STAGE2_R | STAGE2_W | STAGE2_DEVICE };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(prots); i++) {
		assert_int_equal(stage2_map(&s2, IPA(RAM + i * PAGE_SIZE), PA(0x1000 * (i + 1)), PAGE_SIZE, prots[i]),
				 VIMO_OK);
		assert_maps(RAM + i * PAGE_SIZE, 0x1000 * (i + 1), prots[i]);
	}
}

static void a_mapped_page_refuses_the_whole_range(void **state)
{
	(void)state;
	map(RAM + 5 * BLOCK_SIZE, 0x1000, PAGE_SIZE);
	assert_int_equal(stage2_map(&s2, IPA(RAM), PA(0x80000000), 16 * BLOCK_SIZE, STAGE2_RWX), VIMO_EXISTS);
	for (unsigned int i = 0; i < 5; i++)
		assert_hole(RAM + i * BLOCK_SIZE);
	assert_maps(RAM + 5 * BLOCK_SIZE, 0x1000, STAGE2_RWX);
	map(RAM, 0x80000000, 2 * BLOCK_SIZE);
	assert_int_equal(stage2_map(&s2, IPA(RAM + PAGE_SIZE), PA(0), PAGE_SIZE, STAGE2_RWX), VIMO_EXISTS);
	assert_maps(RAM + PAGE_SIZE, 0x80001000, STAGE2_RWX);
}

static void without_tables_nothing_changes(void **state)
{
	void *taken[HEAP_PAGES];
	unsigned int count = 0;

	(void)state;
	map(RAM, 0x80000000, PAGE_SIZE);
	while ((taken[count] = heap_page()))
		count++;
	heap_free(taken[--count], 1);
	/* Needs tables for two further blocks; there is one. */
	assert_int_equal(stage2_map(&s2, IPA(RAM + BLOCK_SIZE), PA(0x1000), 2 * BLOCK_SIZE, STAGE2_RWX),
			 VIMO_NO_MEMORY);
	for (unsigned int i = 0; i < 1024; i++)
		assert_hole(RAM + BLOCK_SIZE + i * PAGE_SIZE);
	assert_maps(RAM, 0x80000000, STAGE2_RWX);
	while (count)
		heap_free(taken[--count], 1);
}

static void splitting_without_heap_leaves_the_block(void **state)
{
	void *taken[HEAP_PAGES];
	unsigned int count = 0;

	(void)state;
	map(RAM, 0x80000000, BLOCK_SIZE);
	while ((taken[count] = heap_page()))
		count++;
	assert_int_equal(stage2_unmap(&s2, IPA(RAM), PAGE_SIZE), VIMO_NO_MEMORY);
	assert_maps(RAM, 0x80000000, STAGE2_RWX);
	while (count)
		heap_free(taken[--count], 1);
}

static void wrong_ranges_are_refused(void **state)
{
	const uint64_t limit = 1ull << stage2_ipa_bits();

	(void)state;
	assert_int_equal(stage2_map(&s2, IPA(RAM + 1), PA(0), PAGE_SIZE, STAGE2_R), VIMO_INVALID);
	assert_int_equal(stage2_map(&s2, IPA(RAM), PA(1), PAGE_SIZE, STAGE2_R), VIMO_INVALID);
	assert_int_equal(stage2_map(&s2, IPA(RAM), PA(0), PAGE_SIZE - 1, STAGE2_R), VIMO_INVALID);
	assert_int_equal(stage2_map(&s2, IPA(RAM), PA(0), 0, STAGE2_R), VIMO_INVALID);
	assert_int_equal(stage2_map(&s2, IPA(limit), PA(0), PAGE_SIZE, STAGE2_R), VIMO_INVALID);
	assert_int_equal(stage2_map(&s2, IPA(limit - PAGE_SIZE), PA(0), 2 * PAGE_SIZE, STAGE2_R), VIMO_INVALID);
	assert_int_equal(stage2_map(&s2, IPA(RAM), PA(0), ~(PAGE_SIZE - 1), STAGE2_R), VIMO_INVALID);
	assert_int_equal(stage2_map(&s2, IPA(RAM), PA(~0ull << 12), PAGE_SIZE, STAGE2_R), VIMO_INVALID);
	assert_int_equal(stage2_unmap(&s2, IPA(~0ull << 12), PAGE_SIZE), VIMO_INVALID);
	assert_hole(limit);
	assert_hole(~0ull);
}

static void unmapping_a_part_splits_what_holds_it(void **state)
{
	const uint64_t hole = RAM + 3 * BLOCK_SIZE + 7 * PAGE_SIZE;

	(void)state;
	map(RAM, RAM, GIGA_SIZE);
	test_tlb_flushes = 0;
	assert_int_equal(stage2_unmap(&s2, IPA(hole), PAGE_SIZE), VIMO_OK);
	/* Two splits, break-before-make each, and the page itself. */
	assert_int_equal(test_tlb_flushes, 3);
	assert_hole(hole);
	assert_maps(hole - 1, hole - 1, STAGE2_RWX);
	assert_maps(hole + PAGE_SIZE, hole + PAGE_SIZE, STAGE2_RWX);
	assert_maps(RAM + GIGA_SIZE - 1, RAM + GIGA_SIZE - 1, STAGE2_RWX);
	assert_int_equal(s2.leaves[0], 0);
	assert_int_equal(s2.leaves[1], 511);
	assert_int_equal(s2.leaves[2], 511);
}

static void unmapping_holes_is_fine_and_flushes_nothing(void **state)
{
	(void)state;
	test_tlb_flushes = 0;
	assert_int_equal(stage2_unmap(&s2, IPA(RAM), 4 * GIGA_SIZE), VIMO_OK);
	assert_int_equal(test_tlb_flushes, 0);
}

static void many_entries_go_with_one_flush(void **state)
{
	(void)state;
	map(RAM, 0x80001000, 2 * BLOCK_SIZE);
	test_tlb_flushes = 0;
	assert_int_equal(stage2_unmap(&s2, IPA(RAM), 2 * BLOCK_SIZE), VIMO_OK);
	/* Not one for each of the 1024; a table that is freed may have its own. */
	assert_in_range(test_tlb_flushes, 1, 4);
	assert_int_equal(s2.leaves[2], 0);
}

static void empty_tables_give_way_to_larger_entries(void **state)
{
	(void)state;
	map(RAM, 0x80001000, BLOCK_SIZE);
	test_tlb_flushes = 0;
	assert_int_equal(stage2_unmap(&s2, IPA(RAM), BLOCK_SIZE), VIMO_OK);
	map(RAM, 0x80000000, BLOCK_SIZE);
	assert_true(test_tlb_flushes >= 2); /* the pages; the table, in no walk cache when it is freed */
	assert_int_equal(s2.leaves[1], 1);
	assert_int_equal(stage2_unmap(&s2, IPA(RAM), BLOCK_SIZE), VIMO_OK);
	map(RAM, 0x80000000, GIGA_SIZE);
	assert_int_equal(s2.leaves[0], 1);
	assert_int_equal(s2.table_pages, 2); /* the root's two */
}

static void tables_of_a_refused_map_do_not_block_a_larger_one(void **state)
{
	(void)state;
	map(RAM + BLOCK_SIZE, 0x1000, PAGE_SIZE);
	/* Makes a table for the first block, then meets the page. */
	assert_int_equal(stage2_map(&s2, IPA(RAM), PA(0x80001000), 2 * BLOCK_SIZE, STAGE2_RWX), VIMO_EXISTS);
	map(RAM, 0x80000000, BLOCK_SIZE);
	assert_int_equal(s2.leaves[1], 1);
}

static void lookup_measures_the_contiguous_run(void **state)
{
	size_t bytes;

	(void)state;
	map(RAM, 0x80000000, BLOCK_SIZE);
	map(RAM + BLOCK_SIZE, 0x80000000 + BLOCK_SIZE, 3 * PAGE_SIZE);
	map(RAM + BLOCK_SIZE + 3 * PAGE_SIZE, 0x1000, PAGE_SIZE);
	assert_int_equal(stage2_lookup(&s2, IPA(RAM + 0x5000), NULL, &bytes, NULL), VIMO_OK);
	assert_int_equal(bytes, BLOCK_SIZE - 0x5000 + 3 * PAGE_SIZE);
	assert_int_equal(stage2_map(&s2, IPA(RAM + BLOCK_SIZE + 4 * PAGE_SIZE), PA(0x2000), PAGE_SIZE, STAGE2_R),
			 VIMO_OK);
	assert_int_equal(stage2_lookup(&s2, IPA(RAM + BLOCK_SIZE + 3 * PAGE_SIZE), NULL, &bytes, NULL), VIMO_OK);
	assert_int_equal(bytes, PAGE_SIZE); /* contiguous, but another protection */
}

static void next_skips_what_is_empty(void **state)
{
	(void)state;
	assert_int_equal(stage2_next(&s2, IPA(0)).v, GIGA_SIZE);
	map(RAM, 0x80000000, PAGE_SIZE);
	assert_int_equal(stage2_next(&s2, IPA(RAM)).v, RAM + PAGE_SIZE);
	assert_int_equal(stage2_next(&s2, IPA(RAM + BLOCK_SIZE + 5)).v, RAM + 2 * BLOCK_SIZE);
}

/* Pages of 8 MiB against a flat table. */
#define MODEL_PAGES 2048u

static void random_steps_agree_with_a_flat_model(void **state)
{
	static uint64_t model[MODEL_PAGES];

	(void)state;
	srand(1);
	for (unsigned int step = 0; step < 3000; step++) {
		unsigned int count = 1 + (unsigned int)rand() % (rand() % 2 ? 16 : 1024), first, taken = 0;
		uint64_t pa = (uint64_t)(1 + rand() % 1024) * BLOCK_SIZE, ipa;

		first = (unsigned int)rand() % (MODEL_PAGES - count + 1);
		first = rand() % 2 ? first / 512 * 512 : first;
		pa += rand() % 2 ? first % 512 * PAGE_SIZE : (uint64_t)(rand() % 512) * PAGE_SIZE;
		ipa = RAM + first * PAGE_SIZE;
		for (unsigned int i = 0; i < count; i++)
			taken += model[first + i] != 0;
		if (rand() % 2) {
			assert_int_equal(stage2_map(&s2, IPA(ipa), PA(pa), count * PAGE_SIZE, STAGE2_RWX),
					 taken ? VIMO_EXISTS : VIMO_OK);
			for (unsigned int i = 0; !taken && i < count; i++)
				model[first + i] = pa + i * PAGE_SIZE;
		} else {
			assert_int_equal(stage2_unmap(&s2, IPA(ipa), count * PAGE_SIZE), VIMO_OK);
			for (unsigned int i = 0; i < count; i++)
				model[first + i] = 0;
		}
		for (unsigned int i = 0; i < MODEL_PAGES; i += 1 + (unsigned int)rand() % 16) {
			if (model[i])
				assert_maps(RAM + i * PAGE_SIZE, model[i], STAGE2_RWX);
			else
				assert_hole(RAM + i * PAGE_SIZE);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vtcr_follows_the_pa_size),
		TEST(largest_entries_are_used),
		TEST(physical_misalignment_forces_small_entries),
		TEST(descriptors_are_the_architectures),
		TEST(forced_write_back_is_for_guests_but_dom0),
		TEST(zeros_are_cleaned_without_forced_write_back),
		TEST(protection_comes_back),
		TEST(a_mapped_page_refuses_the_whole_range),
		TEST(without_tables_nothing_changes),
		TEST(splitting_without_heap_leaves_the_block),
		TEST(wrong_ranges_are_refused),
		TEST(unmapping_a_part_splits_what_holds_it),
		TEST(unmapping_holes_is_fine_and_flushes_nothing),
		TEST(many_entries_go_with_one_flush),
		TEST(empty_tables_give_way_to_larger_entries),
		TEST(tables_of_a_refused_map_do_not_block_a_larger_one),
		TEST(lookup_measures_the_contiguous_run),
		TEST(next_skips_what_is_empty),
		TEST(random_steps_agree_with_a_flat_model),
	};

	return cmocka_run_group_tests_name("stage2", tests, NULL, NULL);
}
