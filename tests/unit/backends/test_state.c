// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_state.c - what outlives a device model. Links: dm/state.c.
 */
#include "dm/state.h"

#include "host/state_file.h"
#include "dm_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include <sys/mman.h>
#include <sys/stat.h>

_Static_assert(sizeof(struct dm_state) <= DM_STATE_BYTES, "vimod's file has room");

static char path[32];
static int fd;

/* As vimod makes it. */
static int make(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/test_state.XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : ftruncate(fd, DM_STATE_BYTES);
}

static int clean(void **state)
{
	(void)state;
	return close(fd) || unlink(path);
}

static void what_is_stored_is_there_for_the_next(void **state)
{
	struct error err = { 0 };
	struct dm_state *first = state_open(fd, &err), *second;

	(void)state;
	assert_non_null(first);
	assert_int_equal(first->device[7].queue[2].size, 0);
	first->device[7].queue[2].size = 64;
	second = state_open(fd, &err);
	assert_non_null(second);
	assert_int_equal(second->device[7].queue[2].size, 64);
	second->magic++; /* another build's */
	munmap(second, sizeof(*second));
	munmap(first, sizeof(*first));
	first = state_open(fd, &err);
	assert_non_null(first);
	assert_int_equal(first->device[7].queue[2].size, 0);
	munmap(first, sizeof(*first));
}

/* The previous vimo-dm had the descriptor, too. */
static void a_file_that_is_too_small_is_refused(void **state)
{
	static const off_t sizes[] = { 0, 8, sizeof(struct dm_state) - 1 };
	struct error err = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		assert_int_equal(ftruncate(fd, sizes[n]), 0);
		assert_null(state_open(fd, &err));
		assert_int_equal(err.code, ERROR_USAGE);
	}
	assert_null(state_open(-1, &err));
	assert_int_equal(err.code, ERROR_FAILED);
}

static void memory_is_had_where_it_will_be_used_only(void **state)
{
	struct error err = { 0 };
	struct dm_state *all = state_open(fd, &err);
	struct stat before, after;

	(void)state;
	assert_non_null(all);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(
		state_file_reserve("dm.state", &all->device[20], offsetof(struct transport_state, queue[3]), &err), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_in_range((after.st_blocks - before.st_blocks) * 512, 3 * sizeof(all->device[0].queue[0]) - 4096, 65536);
	munmap(all, sizeof(*all));
}

static void no_memory_is_an_error_and_no_death(void **state)
{
	struct error err = { 0 };
	struct dm_state *all = state_open(fd, &err);

	(void)state;
	assert_non_null(all);
	/* As if the file system were full. */
	assert_int_equal(truncate(path, 4096), 0);
	assert_int_equal(state_file_reserve("dm.state", &all->device[20], sizeof(all->device[0]), &err), -1);
	assert_int_equal(err.code, ERROR_RESOURCES);
	munmap(all, sizeof(*all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_stored_is_there_for_the_next, make, clean),
		cmocka_unit_test_setup_teardown(a_file_that_is_too_small_is_refused, make, clean),
		cmocka_unit_test_setup_teardown(memory_is_had_where_it_will_be_used_only, make, clean),
		cmocka_unit_test_setup_teardown(no_memory_is_an_error_and_no_death, make, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
