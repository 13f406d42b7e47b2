// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pool.c - the owner of each page.
 */
#include "fake_el2.h"
#include <stdlib.h>
#include <string.h>
#include "mem/heap.h"
#include "mem/pool.h"
#include "mem/pool_bank.h"

#define BASE FAKE_RAM_BASE
#define CHUNKS (FAKE_RAM_BYTES / BLOCK_SIZE)
#define PAGES (FAKE_RAM_BYTES / PAGE_SIZE)
#define CHUNK_PAGES (BLOCK_SIZE / PAGE_SIZE)

static int start(void **state)
{
	(void)state;
	fake_el2_start(256);
	assert_int_equal(pool_init(&(struct pool_bank){ BASE, FAKE_RAM_BYTES }, 1), VIMO_OK);
	assert_int_equal(pool_add(PA(BASE), FAKE_RAM_BYTES), VIMO_OK);
	return 0;
}

static int start_clean(void **state)
{
	start(state);
	while (pool_scrub(BLOCK_SIZE, NULL))
		;
	assert_int_equal(pool_free_pages(), PAGES);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_el2_stop();
	return 0;
}

static pa_t take(uint16_t owner, size_t bytes)
{
	pa_t pa = PA(0);

	assert_int_equal(pool_take(owner, bytes, &pa), VIMO_OK);
	return pa;
}

static void memory_is_not_given_before_it_is_scrubbed(void **state)
{
	pa_t pa;

	(void)state;
	assert_int_equal(pool_total_pages(), PAGES);
	assert_int_equal(pool_free_pages(), 0);
	assert_int_equal(pool_take(1, PAGE_SIZE, &pa), VIMO_NO_MEMORY);
	assert_int_equal(pool_scrub(BLOCK_SIZE, NULL), FAKE_RAM_BYTES - BLOCK_SIZE);
	assert_int_equal(pool_free_pages(), CHUNK_PAGES);
	pa = take(1, BLOCK_SIZE);
	for (size_t i = 0; i < BLOCK_SIZE; i++)
		assert_int_equal(fake_ram(pa.v)[i], 0);
}

static bool at_once(void)
{
	/* Pages being scrubbed are counted, and once. */
	assert_int_equal(pool_spare_pages(), PAGES);
	return true;
}

static void a_scrub_that_is_stopped_goes_on_where_it_was(void **state)
{
	size_t calls = 0;
	pa_t pa = PA(0);

	(void)state;
	for (int life = 0; life < 2; life++) {
		if (life) {
			memset(fake_ram(pa.v), 0x77, BLOCK_SIZE);
			assert_int_equal(pool_give(1, pa, BLOCK_SIZE), VIMO_OK);
		}
		/* Stopped once and ended without: nothing of that may count for the second life. */
		pool_scrub(BLOCK_SIZE, at_once);
		assert_int_equal(pool_free_pages(), life ? PAGES - CHUNK_PAGES : 0);
		assert_int_equal(pool_dirty_pages(), life ? CHUNK_PAGES : PAGES);
		assert_int_equal(pool_spare_pages(), PAGES);
		if (life)
			for (calls = 1; pool_dirty_pages(); calls++)
				pool_scrub(BLOCK_SIZE, at_once);
		while (pool_scrub(BLOCK_SIZE, NULL))
			;
		pa = take(1, BLOCK_SIZE);
		for (size_t i = 0; i < BLOCK_SIZE; i++)
			assert_int_equal(fake_ram(pa.v)[i], 0);
	}
	assert_in_range(calls, 2, BLOCK_SIZE / PAGE_SIZE);
	assert_int_equal(pool_give(1, pa, BLOCK_SIZE), VIMO_OK);
}

static void what_one_domain_wrote_the_next_does_not_read(void **state)
{
	pa_t pa = take(1, PAGE_SIZE), again;

	(void)state;
	memset(fake_ram(pa.v), 0x77, PAGE_SIZE);
	assert_int_equal(pool_give(1, pa, PAGE_SIZE), VIMO_OK);
	assert_int_equal(pool_page_info(pa).state, PAGE_DIRTY);
	assert_int_equal(pool_scrub(BLOCK_SIZE, NULL), 0);
	again = take(2, PAGE_SIZE);
	assert_int_equal(again.v, pa.v);
	for (size_t i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(fake_ram(pa.v)[i], 0);
}

static void pieces_are_aligned_and_exclusive(void **state)
{
	pa_t block = take(3, BLOCK_SIZE), page = take(4, PAGE_SIZE);

	(void)state;
	assert_true(IS_ALIGNED(block.v, BLOCK_SIZE));
	assert_true(page.v < block.v || page.v >= block.v + BLOCK_SIZE);
	assert_int_equal(pool_page_info(block).owner, 3);
	assert_int_equal(pool_page_info(PA(block.v + BLOCK_SIZE - 1)).owner, 3);
	assert_int_equal(pool_page_info(page).owner, 4);
}

static void a_gigabyte_comes_in_one_piece(void **state)
{
	pa_t pa;

	(void)state;
	fake_el2_stop();
	fake_el2_start(256);
	/* RAM starts half a gigabyte before the boundary. */
	assert_int_equal(pool_init(&(struct pool_bank){ 0x160000000, 3 * GIGA_SIZE / 2 }, 1), VIMO_OK);
	assert_int_equal(pool_add(PA(0x160000000), 3 * GIGA_SIZE / 2), VIMO_OK);
	while (pool_scrub(GIGA_SIZE, NULL))
		;
	pa = take(1, GIGA_SIZE);
	assert_int_equal(pa.v, 0x180000000);
	assert_int_equal(pool_take(1, GIGA_SIZE, &pa), VIMO_NO_MEMORY);
	assert_int_equal(pool_free_pages(), GIGA_SIZE / 2 / PAGE_SIZE);
}

static void banks_far_apart_need_no_metadata_between(void **state)
{
	static const struct pool_bank banks[] = { { 0x80000000, GIGA_SIZE }, { 0x400000000000, 3 * GIGA_SIZE / 2 } };
	static const struct pool_bank down[] = { { 0x80000000, GIGA_SIZE }, { 0x80000000, GIGA_SIZE } };
	size_t bytes;
	pa_t pa;

	(void)state;
	fake_el2_stop();
	fake_el2_start(256);
	assert_int_equal(pool_init(down, 2), VIMO_INVALID);
	assert_int_equal(pool_init(banks, 0), VIMO_INVALID);
	assert_int_equal(pool_init(banks, 2), VIMO_OK);
	assert_int_equal(pool_add(PA(banks[0].base), banks[0].bytes), VIMO_OK);
	assert_int_equal(pool_add(PA(banks[1].base), banks[1].bytes), VIMO_OK);
	assert_int_equal(pool_add(PA(0xc0000000), BLOCK_SIZE), VIMO_INVALID);
	assert_int_equal(pool_add(PA(0xbfe00000), 2 * BLOCK_SIZE), VIMO_INVALID);
	while (pool_scrub(GIGA_SIZE, NULL))
		;
	pool_bank_span(&pa, &bytes);
	assert_int_equal(pa.v, 0x80000000);
	assert_int_equal(bytes, 0x400000000000 + 3 * GIGA_SIZE / 2 - 0x80000000);
	assert_int_equal(pool_free_pages(), 5 * GIGA_SIZE / 2 / PAGE_SIZE);
	/* Each bank has one whole gigabyte; the pages that are left are half of the second. */
	assert_int_equal(take(1, GIGA_SIZE).v, 0x80000000);
	assert_int_equal(take(1, GIGA_SIZE).v, 0x400000000000);
	assert_int_equal(pool_take(1, GIGA_SIZE, &pa), VIMO_NO_MEMORY);
	assert_int_equal(take(2, BLOCK_SIZE).v, 0x400040000000);
	assert_int_equal(pool_page_info(PA(0x400040000000)).owner, 2);
	assert_int_equal(pool_page_info(PA(0x4000000000)).state, PAGE_NONE);
	assert_int_equal(pool_give(1, PA(0x80000000), BLOCK_SIZE), VIMO_OK);
	pool_scrub(BLOCK_SIZE, NULL);
	assert_int_equal(take(3, PAGE_SIZE).v, 0x80000000);
}

static void broken_chunks_are_used_first(void **state)
{
	pa_t first = take(1, PAGE_SIZE);

	(void)state;
	for (unsigned int i = 1; i < CHUNK_PAGES; i++)
		assert_int_equal(ALIGN_DOWN(take(1, PAGE_SIZE).v, BLOCK_SIZE), ALIGN_DOWN(first.v, BLOCK_SIZE));
	for (unsigned int i = 1; i < CHUNKS; i++)
		take(2, BLOCK_SIZE);
}

static void side_tables_go_when_pages_agree(void **state)
{
	size_t before = heap_free_pages();
	pa_t pa = take(1, PAGE_SIZE);

	(void)state;
	assert_int_equal(heap_free_pages(), before - 1);
	assert_int_equal(pool_give(1, pa, PAGE_SIZE), VIMO_OK);
	assert_int_equal(pool_scrub(BLOCK_SIZE, NULL), 0);
	assert_int_equal(heap_free_pages(), before);
	assert_int_equal(pool_free_pages(), PAGES);
}

static void illegal_transitions_are_refused(void **state)
{
	pa_t mine = take(1, BLOCK_SIZE), inside = PA(mine.v + PAGE_SIZE), free_one = PA(BASE + 7 * BLOCK_SIZE);

	(void)state;
	assert_int_equal(pool_give(2, mine, BLOCK_SIZE), VIMO_STATE);
	assert_int_equal(pool_give(1, free_one, PAGE_SIZE), VIMO_STATE);
	assert_int_equal(pool_give(1, mine, 2 * BLOCK_SIZE), VIMO_STATE); /* the second half is free */
	assert_int_equal(pool_grant(2, mine, BLOCK_SIZE), VIMO_STATE);
	assert_int_equal(pool_grant(1, free_one, PAGE_SIZE), VIMO_STATE);
	assert_int_equal(pool_revoke(1, mine, PAGE_SIZE), VIMO_STATE);
	assert_int_equal(pool_grant(1, inside, PAGE_SIZE), VIMO_OK);
	assert_int_equal(pool_grant(1, inside, PAGE_SIZE), VIMO_STATE);
	assert_int_equal(pool_grant(1, mine, BLOCK_SIZE), VIMO_STATE); /* all or nothing */
	assert_false(pool_page_info(mine).granted);
	assert_int_equal(pool_give(1, inside, PAGE_SIZE), VIMO_BUSY);
	assert_int_equal(pool_revoke(2, inside, PAGE_SIZE), VIMO_STATE);
	assert_int_equal(pool_revoke(1, inside, PAGE_SIZE), VIMO_OK);
	assert_int_equal(pool_give(1, mine, BLOCK_SIZE), VIMO_OK);
	assert_int_equal(pool_give(1, mine, BLOCK_SIZE), VIMO_STATE);
	assert_int_equal(pool_add(mine, PAGE_SIZE), VIMO_STATE);
}

static void wrong_ranges_are_refused(void **state)
{
	pa_t pa = take(1, BLOCK_SIZE);

	(void)state;
	assert_int_equal(pool_take(1, 3 * PAGE_SIZE, &pa), VIMO_INVALID);
	assert_int_equal(pool_give(1, PA(pa.v + 1), PAGE_SIZE), VIMO_INVALID);
	assert_int_equal(pool_give(1, pa, 0), VIMO_INVALID);
	assert_int_equal(pool_give(1, pa, ~0ull & ~(PAGE_SIZE - 1)), VIMO_INVALID);
	assert_int_equal(pool_give(1, PA(BASE - PAGE_SIZE), PAGE_SIZE), VIMO_INVALID);
	assert_int_equal(pool_give(1, PA(BASE + FAKE_RAM_BYTES), PAGE_SIZE), VIMO_INVALID);
	assert_int_equal(pool_give(1, PA(~0ull & ~(PAGE_SIZE - 1)), PAGE_SIZE), VIMO_INVALID);
	assert_int_equal(pool_page_info(PA(BASE - 1)).state, PAGE_NONE);
	assert_int_equal(pool_init(&(struct pool_bank){ BASE + PAGE_SIZE, BLOCK_SIZE }, 1), VIMO_INVALID);
}

static void without_heap_a_chunk_is_not_split(void **state)
{
	pa_t mine = take(1, BLOCK_SIZE), pa;

	(void)state;
	while (heap_page())
		;
	assert_int_equal(pool_take(1, PAGE_SIZE, &pa), VIMO_NO_MEMORY);
	assert_int_equal(pool_grant(1, mine, PAGE_SIZE), VIMO_NO_MEMORY);
	assert_false(pool_page_info(mine).granted);
	assert_int_equal(pool_grant(1, mine, BLOCK_SIZE), VIMO_OK);
	assert_int_equal(pool_free_pages(), PAGES - CHUNK_PAGES);
}

static void holes_stay_holes(void **state)
{
	(void)state;
	fake_el2_stop();
	fake_el2_start(256);
	assert_int_equal(pool_init(&(struct pool_bank){ BASE, FAKE_RAM_BYTES }, 1), VIMO_OK);
	assert_int_equal(pool_add(PA(BASE), 3 * PAGE_SIZE), VIMO_OK);
	assert_int_equal(pool_add(PA(BASE + 2 * BLOCK_SIZE), BLOCK_SIZE), VIMO_OK);
	while (pool_scrub(BLOCK_SIZE, NULL))
		;
	assert_int_equal(pool_total_pages(), 3 + CHUNK_PAGES);
	assert_int_equal(pool_free_pages(), 3 + CHUNK_PAGES);
	assert_int_equal(take(1, BLOCK_SIZE).v, BASE + 2 * BLOCK_SIZE);
	assert_int_equal(pool_page_info(PA(BASE + BLOCK_SIZE)).state, PAGE_NONE);
	assert_int_equal(fake_ram(BASE + 3 * PAGE_SIZE)[0], 0xa5);
}

/* The same rules, page by page, without chunks. */
static struct page_info model[PAGES];

static bool model_all(size_t first, size_t count, enum page_state state, uint16_t owner, bool granted)
{
	for (size_t i = first; i < first + count; i++)
		if (model[i].state != state || model[i].owner != owner || model[i].granted != granted)
			return false;
	return true;
}

static void model_set(size_t first, size_t count, enum page_state state, uint16_t owner, bool granted)
{
	for (size_t i = first; i < first + count; i++)
		model[i] = (struct page_info){ state, owner, granted };
}

static void model_step(void)
{
	uint16_t owner = (uint16_t)(1 + rand() % 2);
	size_t count = rand() % 3 ? 1 + (size_t)rand() % 8 : CHUNK_PAGES, first;
	pa_t pa;

	first = (size_t)rand() % (PAGES - count + 1);
	if (count == CHUNK_PAGES && rand() % 2)
		first = first / CHUNK_PAGES * CHUNK_PAGES;
	pa = PA(BASE + first * PAGE_SIZE);
	switch (rand() % 5) {
	case 0:
		count = rand() % 2 ? 1 : CHUNK_PAGES;
		if (pool_take(owner, count * PAGE_SIZE, &pa))
			break;
		first = (pa.v - BASE) / PAGE_SIZE;
		assert_true(model_all(first, count, PAGE_FREE, 0, false));
		model_set(first, count, PAGE_OWNED, owner, false);
		break;
	case 1:
		if (model_all(first, count, PAGE_OWNED, owner, false)) {
			assert_int_equal(pool_give(owner, pa, count * PAGE_SIZE), VIMO_OK);
			model_set(first, count, PAGE_DIRTY, 0, false);
		} else {
			assert_int_not_equal(pool_give(owner, pa, count * PAGE_SIZE), VIMO_OK);
		}
		break;
	case 2:
		if (model_all(first, count, PAGE_OWNED, owner, false)) {
			assert_int_equal(pool_grant(owner, pa, count * PAGE_SIZE), VIMO_OK);
			model_set(first, count, PAGE_OWNED, owner, true);
		} else {
			assert_int_not_equal(pool_grant(owner, pa, count * PAGE_SIZE), VIMO_OK);
		}
		break;
	case 3:
		if (model_all(first, count, PAGE_OWNED, owner, true)) {
			assert_int_equal(pool_revoke(owner, pa, count * PAGE_SIZE), VIMO_OK);
			model_set(first, count, PAGE_OWNED, owner, false);
		} else {
			assert_int_not_equal(pool_revoke(owner, pa, count * PAGE_SIZE), VIMO_OK);
		}
		break;
	case 4:
		if (rand() % 64)
			break;
		while (pool_scrub(BLOCK_SIZE, NULL))
			;
		for (size_t i = 0; i < PAGES; i++)
			if (model[i].state == PAGE_DIRTY)
				model[i].state = PAGE_FREE;
		break;
	}
}

static void random_steps_agree_with_a_page_by_page_model(void **state)
{
	(void)state;
	srand(1);
	model_set(0, PAGES, PAGE_FREE, 0, false);
	for (unsigned int step = 0; step < 30000; step++) {
		size_t expected_free = 0;

		model_step();
		if (step % 500)
			continue;
		for (size_t i = 0; i < PAGES; i++) {
			struct page_info info = pool_page_info(PA(BASE + i * PAGE_SIZE));

			assert_int_equal(info.state, model[i].state);
			assert_int_equal(info.owner, model[i].owner);
			assert_int_equal(info.granted, model[i].granted);
			expected_free += info.state == PAGE_FREE;
		}
		assert_int_equal(pool_free_pages(), expected_free);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_clean, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_is_not_given_before_it_is_scrubbed, start, stop),
		cmocka_unit_test_setup_teardown(a_scrub_that_is_stopped_goes_on_where_it_was, start, stop),
		TEST(what_one_domain_wrote_the_next_does_not_read),
		TEST(pieces_are_aligned_and_exclusive),
		TEST(a_gigabyte_comes_in_one_piece),
		TEST(broken_chunks_are_used_first),
		TEST(banks_far_apart_need_no_metadata_between),
		TEST(side_tables_go_when_pages_agree),
		TEST(illegal_transitions_are_refused),
		TEST(wrong_ranges_are_refused),
		TEST(without_heap_a_chunk_is_not_split),
		TEST(holes_stay_holes),
		TEST(random_steps_agree_with_a_page_by_page_model),
	};

	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
