// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_canary.c - every seed changes the canary.
 */
#include "fake_el2.h"
#include <string.h>
#include "fake_dtb.h"
#include "boot/canary.h"

#define NUMBER 0x123456789abcdefull

/* The canary of a machine whose firmware wrote one seed, or none. */
static uint64_t canary_with(const char *name, const void *seed, int bytes)
{
	void *fdt = fake_dtb(&fake_virt);

	assert_int_equal(fdt_open_into(fdt, fdt, FAKE_DTB_BYTES), 0);
	if (name)
		assert_int_equal(fdt_setprop(fdt, fdt_path_offset(fdt, "/chosen"), name, seed, bytes), 0);
	return canary_make(fdt, NUMBER);
}

static void each_seed_counts(void **state)
{
	uint64_t plain = canary_with(NULL, NULL, 0);
	uint64_t rng = canary_with("rng-seed", "0123456789abcdef", 16);

	(void)state;
	assert_true(rng != plain);
	assert_true(rng != canary_with("rng-seed", "0123456789abcdeg", 16));
	assert_true(rng != canary_with("rng-seed", "1123456789abcdef", 16));
	assert_true(rng != canary_with("kaslr-seed", "01234567", 8));
	assert_true(canary_with("kaslr-seed", "01234567", 8) != plain);
	assert_true(canary_with("rng-seed", "", 0) == plain);
}

static void the_number_counts_alone(void **state)
{
	(void)state;
	assert_true(canary_make(NULL, NUMBER) != canary_make(NULL, NUMBER + 1));
	assert_true(canary_make(NULL, 0) != 0);
}

static void the_first_byte_ends_a_string(void **state)
{
	uint64_t canary = canary_with("rng-seed", "0123456789abcdef", 16);

	(void)state;
	assert_int_equal(canary & 0xff, 0);
	assert_true(canary >> 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_seed_counts),
		cmocka_unit_test(the_number_counts_alone),
		cmocka_unit_test(the_first_byte_ends_a_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
