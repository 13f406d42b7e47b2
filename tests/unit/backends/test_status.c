// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_status.c - reports of vimo-dm in its mapped file, and the lines that ask vimod for a look.
 */
#include "host/status.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static int file_fd, fifo[2];
static struct status status;
static struct error err;

/* vimo-dm closes its descriptor; file_fd is vimod's. */
static void begin(void)
{
	int fd = dup(file_fd);

	assert_int_equal(status_open(&status, fd, fifo[1], &err), 0);
	close(fd);
}

static int fresh(void **state)
{
	(void)state;
	file_fd = memfd_create("status", MFD_CLOEXEC);
	if (ftruncate(file_fd, sizeof(struct dm_status)) || pipe2(fifo, O_NONBLOCK | O_CLOEXEC))
		return -1;
	begin();
	return 0;
}

static int over(void **state)
{
	(void)state;
	status_close(&status);
	return close(file_fd) || close(fifo[0]) || close(fifo[1]);
}

static struct dm_status seen(void)
{
	struct dm_status now;

	assert_true(dm_status_read(file_fd, &now));
	return now;
}

/* Return: how many lines asked for a look. */
static ssize_t looks(void)
{
	char text[64];
	ssize_t got = read(fifo[0], text, sizeof(text));

	for (ssize_t n = 0; n < got; n++)
		assert_int_equal(text[n], '\n');
	return got < 0 ? 0 : got;
}

static void each_change_asks_for_a_look(void **state)
{
	(void)state;
	assert_int_equal(looks(), 0);
	assert_int_equal(seen().stalled, 0);
	status_stall(&status, 4, "no space");
	assert_int_equal(looks(), 1);
	assert_int_equal(seen().stalled, 5);
	assert_string_equal(seen().why, "no space");
	status_link(&status, 3, true);
	status_link(&status, 31, true);
	assert_int_equal(looks(), 2);
	assert_int_equal(seen().links_down, 1u << 3 | 1u << 31);
	assert_int_equal(seen().stalled, 5);
	status_link(&status, 3, false);
	assert_int_equal(seen().links_down, 1u << 31);
	status_go_on(&status);
	assert_int_equal(looks(), 2);
	assert_int_equal(seen().stalled, 0);
	assert_int_equal(seen().links_down, 1u << 31);
}

static void a_long_reason_is_cut(void **state)
{
	char why[300];

	(void)state;
	memset(why, 'x', sizeof(why));
	why[sizeof(why) - 1] = '\0';
	status_stall(&status, 0, why);
	assert_int_equal(strlen(seen().why), sizeof(seen().why) - 1);
	status_stall(&status, 0, "short");
	assert_string_equal(seen().why, "short");
}

static void the_next_vimo_dm_keeps_the_reports(void **state)
{
	(void)state;
	status_stall(&status, 4, "no space");
	status_link(&status, 3, true);
	status_close(&status);
	begin();
	assert_int_equal(seen().stalled, 5);
	assert_int_equal(seen().links_down, 1u << 3);
	status.file->stalled = DM_STATUS_SLOTS + 1; /* a hostile vimo-dm's */
	status_close(&status);
	begin();
	assert_int_equal(seen().stalled, 0);
	assert_int_equal(seen().links_down, 0);
}

/* vimod has not read for long: its next read looks, so nothing waits and nothing is lost. */
static void a_full_fifo_does_not_wait(void **state)
{
	char text[4096] = { 0 };

	(void)state;
	while (write(fifo[1], text, sizeof(text)) > 0)
		;
	assert_int_equal(errno, EAGAIN);
	status_stall(&status, 4, "no space");
	assert_int_equal(seen().stalled, 5);
}

static void a_file_of_another_size_is_refused(void **state)
{
	static const off_t sizes[] = { 0, sizeof(struct dm_status) - 1 };
	struct status other;

	(void)state;
	for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		int fd = memfd_create("status", MFD_CLOEXEC);

		assert_int_equal(ftruncate(fd, sizes[n]), 0);
		assert_int_equal(status_open(&other, fd, -1, &err), -1);
		assert_int_equal(err.code, ERROR_USAGE);
		close(fd);
	}
	assert_int_equal(status_open(&other, -1, -1, &err), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)
	const struct CMUnitTest tests[] = {
		TEST(each_change_asks_for_a_look),        TEST(a_long_reason_is_cut),
		TEST(the_next_vimo_dm_keeps_the_reports), TEST(a_full_fifo_does_not_wait),
		TEST(a_file_of_another_size_is_refused),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
