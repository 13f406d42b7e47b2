// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_messages.c - lines of a vimo-dm, good and hostile, in vimod's log.
 */
#include "dm/messages.h"
#include "scratch.h"

#include <errno.h>
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

static char directory[] = "/tmp/test_messages.XXXXXX";
static uv_loop_t loop;
static char logged[16][256];
static enum log_level levels[16];
static unsigned int lines;

void log_limited(struct log_limit *limit, enum log_level level, const char *who, const char *format, ...)
{
	va_list args;

	assert_non_null(limit);
	assert_string_equal(who, "g");
	va_start(args, format);
	vsnprintf(logged[lines % 16], sizeof(logged[0]), format, args);
	va_end(args);
	levels[lines++ % 16] = level;
}

void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	fail_msg("%s", format);
}

static int enter(void **state)
{
	(void)state;
	return scratch_make(directory, "VIMO_RUN_DIR") && !mkdir("records", 0700) && !mkdir("records/g", 0700) ? 0 : -1;
}

static int begin(struct dm_messages *messages)
{
	int fd;

	lines = 0;
	*messages = (struct dm_messages){ .fd = -1 };
	uv_loop_init(&loop);
	assert_int_equal(dm_messages_watch(messages, &loop, "g"), 0);
	assert_int_equal(dm_messages_watch(messages, &loop, "g"), 0);
	fd = dm_messages_open(messages);
	assert_true(fd >= 0);
	return fd;
}

static void end(struct dm_messages *messages)
{
	dm_messages_end(messages);
	assert_int_equal(messages->fd, -1);
	dm_messages_end(messages);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void lines_are_logged_with_their_level(void **state)
{
	struct dm_messages messages;
	int fd = begin(&messages);

	(void)state;
	put(fd, "<3>one\n<6>two\n\nthree\n<4>fo");
	while (lines < 3)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(lines, 3);
	assert_string_equal(logged[0], "one");
	assert_int_equal(levels[0], LOG_LEVEL_ERROR);
	assert_string_equal(logged[1], "two");
	assert_int_equal(levels[1], LOG_LEVEL_INFO);
	assert_string_equal(logged[2], "three");
	assert_int_equal(levels[2], LOG_LEVEL_WARNING);
	put(fd, "ur\n<1>x\n<\n<3\n");
	end(&messages);
	assert_int_equal(lines, 7);
	assert_string_equal(logged[3], "four");
	assert_string_equal(logged[4], "x");
	assert_int_equal(levels[4], LOG_LEVEL_WARNING);
	assert_string_equal(logged[5], "<");
	assert_string_equal(logged[6], "<3");
	close(fd);
}

static void the_next_vimod_reads_on(void **state)
{
	struct dm_messages messages;
	int fd = begin(&messages);

	(void)state;
	close(messages.fd); /* as if vimod was killed */
	messages.fd = -1;
	end(&messages);
	put(fd, "meanwhile\n");
	close(begin(&messages));
	while (!lines)
		uv_run(&loop, UV_RUN_ONCE);
	assert_string_equal(logged[0], "meanwhile");
	end(&messages);
	close(fd);
}

static struct dm_messages *notified;
static unsigned int looks;

static void look(void *arg)
{
	assert_ptr_equal(arg, &looks);
	looks++;
	dm_messages_end(notified); /* as when a guest is forgotten */
}

/* All changes before a look are seen by it. */
static void an_empty_line_asks_for_a_look(void **state)
{
	struct dm_messages messages;
	int fd = begin(&messages);

	(void)state;
	notified = &messages;
	looks = 0;
	dm_messages_notify(&messages, look, &looks);
	put(fd, "\n\n\n");
	while (!looks)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(looks, 1);
	assert_int_equal(lines, 0);
	end(&messages);
	assert_int_equal(looks, 1);
	close(fd);
	/* Nothing asks for it any more. */
	fd = begin(&messages);
	dm_messages_notify(&messages, look, &looks);
	dm_messages_notify(&messages, NULL, NULL);
	put(fd, "one\n");
	while (!lines)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(looks, 1);
	end(&messages);
	close(fd);
}

static void a_flood_is_cut_and_does_not_wait(void **state)
{
	struct dm_messages messages;
	int fd = begin(&messages);
	char text[4096];
	uint64_t since;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[7] = '\0';
	for (unsigned int n = 0; n < 1000; n++)
		assert_true(write(fd, text, sizeof(text)) > 0 || errno == EAGAIN);
	assert_int_equal(errno, EAGAIN);
	/* One read every 100 ms. */
	since = uv_hrtime();
	while (lines < 3)
		uv_run(&loop, UV_RUN_ONCE);
	assert_true(uv_hrtime() - since >= 190000000);
	assert_in_range(strlen(logged[0]), 7, sizeof(logged[0]));
	end(&messages);
	assert_in_range(lines, 3, 70);
	close(fd);
}

static void other_files_are_refused(void **state)
{
	struct dm_messages messages = { .fd = -1 };

	(void)state;
	unlink("records/g/dm.messages");
	assert_int_equal(symlink("/dev/null", "records/g/dm.messages"), 0);
	assert_int_equal(dm_messages_watch(&messages, &loop, "g"), -1);
	unlink("records/g/dm.messages");
	close(open("records/g/dm.messages", O_CREAT | O_WRONLY, 0600));
	assert_int_equal(dm_messages_watch(&messages, &loop, "g"), -1);
	assert_int_equal(messages.fd, -1);
	assert_int_equal(dm_messages_watch(&messages, &loop, "none"), -1);
	unlink("records/g/dm.messages");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_logged_with_their_level), cmocka_unit_test(the_next_vimod_reads_on),
		cmocka_unit_test(an_empty_line_asks_for_a_look),     cmocka_unit_test(a_flood_is_cut_and_does_not_wait),
		cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests_name("messages", tests, enter, scratch_remove);
}
