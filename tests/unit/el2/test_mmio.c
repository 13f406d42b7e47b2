// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_mmio.c - a domain's emulated regions.
 */
#include "fake_el2.h"
#include "guest/mmio.h"

static enum vimo_status add(struct mmio_table *table, uint64_t base, uint64_t bytes)
{
	return mmio_add(table, &(struct mmio_region){ .base = base, .bytes = bytes });
}

static void access_across_region_end_misses(void **state)
{
	struct mmio_table table = { 0 };

	(void)state;
	assert_int_equal(add(&table, 0x1000, 0x200), VIMO_OK);
	assert_non_null(mmio_find(&table, 0x1000, 8));
	assert_non_null(mmio_find(&table, 0x11fc, 4));
	assert_null(mmio_find(&table, 0x11fd, 4));
	assert_null(mmio_find(&table, 0x1200, 1));
	assert_null(mmio_find(&table, 0xfff, 1));
	assert_null(mmio_find(&table, ~0ull, 8));
}

static void regions_are_found_in_any_order_of_adding(void **state)
{
	struct mmio_table table = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 40; i++) {
		uint64_t slot = i * 17 % 40;

		assert_int_equal(add(&table, slot * 0x2000, 0x1000), VIMO_OK);
	}
	for (uint64_t i = 0; i < 40; i++) {
		assert_int_equal(mmio_find(&table, i * 0x2000 + 0xffc, 4)->base, i * 0x2000);
		assert_null(mmio_find(&table, i * 0x2000 + 0x1000, 4));
	}
}

static void overlap_is_refused_and_changes_nothing(void **state)
{
	struct mmio_table table = { 0 };

	(void)state;
	assert_int_equal(add(&table, 0x2000, 0x1000), VIMO_OK);
	assert_int_equal(add(&table, 0x2000, 0x1000), VIMO_EXISTS);
	assert_int_equal(add(&table, 0x1000, 0x1001), VIMO_EXISTS);
	assert_int_equal(add(&table, 0x2fff, 1), VIMO_EXISTS);
	assert_int_equal(add(&table, 0, 0x10000), VIMO_EXISTS);
	assert_int_equal(table.count, 1);
	assert_int_equal(add(&table, 0x1000, 0x1000), VIMO_OK);
	assert_int_equal(add(&table, 0x3000, 0x1000), VIMO_OK);
}

static void empty_and_wrapping_regions_are_invalid(void **state)
{
	struct mmio_table table = { 0 };

	(void)state;
	assert_int_equal(add(&table, 0x1000, 0), VIMO_INVALID);
	assert_int_equal(add(&table, ~0ull - 10, 100), VIMO_INVALID);
	assert_int_equal(table.count, 0);
}

static void a_full_table_says_so(void **state)
{
	struct mmio_table table = { 0 };

	(void)state;
	for (uint64_t i = 0; i < MMIO_REGIONS; i++)
		assert_int_equal(add(&table, i << 12, 0x1000), VIMO_OK);
	assert_int_equal(add(&table, (uint64_t)MMIO_REGIONS << 12, 0x1000), VIMO_LIMIT);
}

static void loads_are_extended_as_the_instruction_defines(void **state)
{
	(void)state;
	assert_int_equal(mmio_extend(0x1234567890abcdefull, 1, false, true), 0xef);
	assert_true(mmio_extend(0x80, 1, true, true) == 0xffffffffffffff80ull);
	assert_true(mmio_extend(0x80, 1, true, false) == 0xffffff80ull);
	assert_true(mmio_extend(0x80000000, 4, true, true) == 0xffffffff80000000ull);
	assert_true(mmio_extend(~0ull, 8, true, true) == ~0ull);
	assert_true(mmio_extend(~0ull, 4, false, true) == 0xffffffffull);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(access_across_region_end_misses),
		cmocka_unit_test(regions_are_found_in_any_order_of_adding),
		cmocka_unit_test(overlap_is_refused_and_changes_nothing),
		cmocka_unit_test(empty_and_wrapping_regions_are_invalid),
		cmocka_unit_test(a_full_table_says_so),
		cmocka_unit_test(loads_are_extended_as_the_instruction_defines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
