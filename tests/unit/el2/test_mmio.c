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

static void a_region_begins_at_its_base_and_ends_before_its_end(void **state)
{
	struct mmio_table table = { 0 };

	(void)state;
	assert_null(mmio_find(&table, 0));
	assert_int_equal(add(&table, 0x1000, 0x200), VIMO_OK);
	assert_non_null(mmio_find(&table, 0x1000));
	assert_non_null(mmio_find(&table, 0x11ff));
	assert_null(mmio_find(&table, 0x1200));
	assert_null(mmio_find(&table, 0xfff));
	assert_null(mmio_find(&table, ~0ull));
}

/* Of 8 bytes at most: each of its bytes is found where its first is, or none is. */
static void an_aligned_access_never_crosses_the_end_of_a_region(void **state)
{
	struct mmio_table table = { 0 };

	(void)state;
	for (uint64_t odd = 1; odd < 8; odd++) {
		assert_int_equal(add(&table, 0x1000, 0x200 + odd), VIMO_INVALID);
		assert_int_equal(add(&table, 0x1000 + odd, 0x200), VIMO_INVALID);
	}
	assert_int_equal(add(&table, 0x1008, 0x1f8), VIMO_OK);
	for (uint64_t ipa = 0xff0; ipa < 0x1210; ipa += 8)
		for (uint64_t i = 1; i < 8; i++)
			assert_ptr_equal(mmio_find(&table, ipa + i), mmio_find(&table, ipa));
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
		assert_int_equal(mmio_find(&table, i * 0x2000 + 0xffc)->base, i * 0x2000);
		assert_null(mmio_find(&table, i * 0x2000 + 0x1000));
	}
}

static void overlap_is_refused_and_changes_nothing(void **state)
{
	struct mmio_table table = { 0 };

	(void)state;
	assert_int_equal(add(&table, 0x2000, 0x1000), VIMO_OK);
	assert_int_equal(add(&table, 0x2000, 0x1000), VIMO_EXISTS);
	assert_int_equal(add(&table, 0x1000, 0x1008), VIMO_EXISTS);
	assert_int_equal(add(&table, 0x2ff8, 8), VIMO_EXISTS);
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
	assert_int_equal(add(&table, ~0ull - 15, 96), VIMO_INVALID);
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
		cmocka_unit_test(a_region_begins_at_its_base_and_ends_before_its_end),
		cmocka_unit_test(an_aligned_access_never_crosses_the_end_of_a_region),
		cmocka_unit_test(regions_are_found_in_any_order_of_adding),
		cmocka_unit_test(overlap_is_refused_and_changes_nothing),
		cmocka_unit_test(empty_and_wrapping_regions_are_invalid),
		cmocka_unit_test(a_full_table_says_so),
		cmocka_unit_test(loads_are_extended_as_the_instruction_defines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
