// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pl061.c - GPIO lines, the power button's edges, and the clock beside them.
 */
#include "platform/pl031.h"
#include "platform/pl061.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_power_button_interrupts_on_both_edges(void **state)
{
	struct pl061 gpio = { 0 };

	(void)state;
	pl061_write(&gpio, 0x408, 8);
	pl061_write(&gpio, 0x410, 8);
	assert_false(pl061_interrupt(&gpio));
	pl061_set_input(&gpio, PL061_POWER_LINE, true);
	assert_true(pl061_interrupt(&gpio));
	assert_int_equal(pl061_read(&gpio, 0x418), 8);
	assert_int_equal(pl061_read(&gpio, 8 << 2), 8);
	assert_int_equal(pl061_read(&gpio, 4 << 2), 0);
	pl061_write(&gpio, 0x41c, 8);
	assert_false(pl061_interrupt(&gpio));
	pl061_set_input(&gpio, PL061_POWER_LINE, false);
	assert_true(pl061_interrupt(&gpio));
}

static void a_level_interrupts_while_it_lasts(void **state)
{
	struct pl061 gpio = { 0 };

	(void)state;
	pl061_write(&gpio, 0x404, 8);
	pl061_write(&gpio, 0x40c, 8);
	pl061_write(&gpio, 0x410, 8);
	pl061_set_input(&gpio, 3, true);
	pl061_write(&gpio, 0x41c, 8);
	assert_true(pl061_interrupt(&gpio));
	pl061_set_input(&gpio, 3, false);
	assert_false(pl061_interrupt(&gpio));
}

static void identification_names_the_parts(void **state)
{
	struct pl061 gpio = { 0 };

	(void)state;
	assert_int_equal(pl061_read(&gpio, 0xfe0), 0x61);
	assert_int_equal(pl061_read(&gpio, 0xffc), 0xb1);
	assert_int_equal(pl061_read(&gpio, UINT64_MAX), 0);
	assert_int_equal(pl031_read(0xfe0, 0), 0x31);
	assert_int_equal(pl031_read(0, 12345), 12345);
	assert_int_equal(pl031_read(0x1000, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_power_button_interrupts_on_both_edges),
		cmocka_unit_test(a_level_interrupts_while_it_lasts),
		cmocka_unit_test(identification_names_the_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
