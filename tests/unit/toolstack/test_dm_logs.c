// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dm_logs.c - logs that a vimo-dm let grow.
 */
#include "dm/files.h"
#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MIB (1 << 20)

static char directory[] = "/tmp/test_dm_logs.XXXXXX";

static int enter(void **state)
{
	(void)state;
	return scratch_make(directory, "VIMO_LOG_DIR") ? 0 : -1;
}

static void make(const char *name, off_t bytes)
{
	close(open(name, O_WRONLY | O_CREAT | O_TRUNC, 0640));
	assert_int_equal(truncate(name, bytes), 0);
}

static off_t size_of(const char *name)
{
	struct stat status;

	assert_int_equal(stat(name, &status), 0);
	return status.st_size;
}

static void large_logs_are_emptied(void **state)
{
	(void)state;
	make("g.console.log", 4 * MIB + 1);
	make("g.console.log.1", 4 * MIB);
	make("g.serial.log", MIB);
	make("g.serial.log.1", (off_t)100 * MIB);
	make("h.console.log", 5 * MIB);
	dm_files_check_logs("g");
	assert_int_equal(size_of("g.console.log"), 0);
	assert_int_equal(size_of("g.console.log.1"), 4 * MIB);
	assert_int_equal(size_of("g.serial.log"), MIB);
	assert_int_equal(size_of("g.serial.log.1"), 0);
	assert_int_equal(size_of("h.console.log"), 5 * MIB);
}

static void other_files_stay(void **state)
{
	(void)state;
	make("victim", 5 * MIB);
	unlink("g.console.log");
	unlink("g.serial.log");
	assert_int_equal(symlink("victim", "g.console.log"), 0);
	assert_int_equal(mkfifo("g.serial.log", 0600), 0);
	dm_files_check_logs("g");
	assert_int_equal(size_of("victim"), 5 * MIB);
	dm_files_check_logs("none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_logs_are_emptied),
		cmocka_unit_test(other_files_stay),
	};

	return cmocka_run_group_tests_name("dm_logs", tests, enter, scratch_remove);
}
