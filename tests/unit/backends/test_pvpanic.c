// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pvpanic.c - what a guest can read and write, and when its domain is stopped.
 */
#include "platform/pvpanic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <vimo/domain.h>
#include <vimo/ioctl.h>

#include <cmocka.h>

static struct ioreq guest = { .domain = 7 };
static unsigned int panics;

/* The module's. */
int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;

	va_start(arguments, request);
	assert_int_equal(fd, guest.domain);
	assert_int_equal(request, VIMO_IOC_CONTROL);
	assert_int_equal(*va_arg(arguments, const uint32_t *), VIMO_OP_PANIC);
	va_end(arguments);
	panics++;
	return 0;
}

static int start(void **state)
{
	(void)state;
	panics = 0;
	return 0;
}

static uint64_t read_at(uint64_t offset, unsigned int width)
{
	return pvpanic_access(&guest, offset, width, false, 0);
}

static void write_at(uint64_t offset, uint64_t value)
{
	pvpanic_access(&guest, offset, 1, true, value);
}

static void a_driver_reads_which_events_it_can_report(void **state)
{
	(void)state;
	assert_int_equal(read_at(0, 1), PVPANIC_PANICKED | PVPANIC_CRASH_LOADED);
	assert_int_equal(read_at(1, 1), 0);
	assert_int_equal(read_at(0xff8, 8), 0);
	assert_int_equal(panics, 0);
}

static void a_panic_stops_the_domain(void **state)
{
	(void)state;
	write_at(0, PVPANIC_PANICKED);
	assert_int_equal(panics, 1);
	write_at(0, UINT64_MAX);
	assert_int_equal(panics, 2);
}

static void other_writes_stop_nothing(void **state)
{
	(void)state;
	write_at(0, 0);
	write_at(0, PVPANIC_CRASH_LOADED);
	write_at(0, ~(uint64_t)(PVPANIC_PANICKED | PVPANIC_CRASH_LOADED));
	write_at(1, PVPANIC_PANICKED);
	write_at(0x1000, PVPANIC_PANICKED);
	assert_int_equal(panics, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_driver_reads_which_events_it_can_report, start),
		cmocka_unit_test_setup(a_panic_stops_the_domain, start),
		cmocka_unit_test_setup(other_writes_stop_nothing, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
