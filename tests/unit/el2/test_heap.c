// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_heap.c - EL2's page allocator.
 */
#include "fake_el2.h"
#include <string.h>
#include "mem/heap.h"

#define PAGES 100u

static int start(void **state)
{
	(void)state;
	fake_el2_start(PAGES);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_el2_stop();
	return 0;
}

static bool all_zero(const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes[i])
			return false;
	return true;
}

static void pages_come_zeroed_and_aligned(void **state)
{
	uint8_t *pages = heap_alloc(5, 1);

	(void)state;
	assert_non_null(pages);
	assert_true(IS_ALIGNED((uintptr_t)pages, PAGE_SIZE));
	assert_true(all_zero(pages, 5 * PAGE_SIZE));
}

static void alignment_is_of_the_address(void **state)
{
	(void)state;
	for (size_t align = 1; align <= 16; align *= 2)
		assert_true(IS_ALIGNED((uintptr_t)heap_alloc(1, align), align * PAGE_SIZE));
}

static void every_page_but_the_bitmap_can_be_had_once(void **state)
{
	uint8_t *page[PAGES], *extra;
	size_t count = 0;

	(void)state;
	assert_int_equal(heap_total_pages(), PAGES);
	assert_int_equal(heap_free_pages(), PAGES - 1);
	while ((extra = heap_page()))
		page[count++] = extra;
	assert_int_equal(count, PAGES - 1);
	assert_int_equal(heap_free_pages(), 0);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(page[i], page[j]);
	for (size_t i = 0; i < count; i++)
		heap_free(page[i], 1);
	assert_int_equal(heap_free_pages(), PAGES - 1);
	assert_non_null(heap_alloc(PAGES - 1, 1));
}

static void a_run_needs_a_whole_gap(void **state)
{
	uint8_t *first = heap_alloc(PAGES - 1, 1);

	(void)state;
	heap_free(first + 2 * PAGE_SIZE, 3);
	heap_free(first + 10 * PAGE_SIZE, 4);
	assert_null(heap_alloc(5, 1));
	assert_ptr_equal(heap_alloc(4, 1), first + 10 * PAGE_SIZE);
	assert_ptr_equal(heap_alloc(3, 1), first + 2 * PAGE_SIZE);
}

static void impossible_counts_fail(void **state)
{
	(void)state;
	assert_null(heap_alloc(0, 1));
	assert_null(heap_alloc(PAGES, 1));
	assert_null(heap_alloc(~(size_t)0, 1));
	assert_int_equal(heap_free_pages(), PAGES - 1);
}

static void freed_pages_keep_nothing(void **state)
{
	uint8_t *page = heap_page();

	(void)state;
	memset(page, 0x5a, PAGE_SIZE);
	heap_free(page, 1);
	assert_true(all_zero(page, PAGE_SIZE));
}

static void double_free_panics(void **state)
{
	uint8_t *page = heap_page();

	(void)state;
	heap_free(page, 1);
	expect_assert_failure(heap_free(page, 1));
}

static void freeing_null_does_nothing(void **state)
{
	(void)state;
	heap_free(NULL, 1);
	assert_int_equal(heap_free_pages(), PAGES - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_come_zeroed_and_aligned),
		TEST(alignment_is_of_the_address),
		TEST(every_page_but_the_bitmap_can_be_had_once),
		TEST(a_run_needs_a_whole_gap),
		TEST(impossible_counts_fail),
		TEST(freed_pages_keep_nothing),
		TEST(freeing_null_does_nothing),
		TEST(double_free_panics), /* last: leaves the lock held */
	};

	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
