// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_process.c - a process waits until its file is written, and the next vimod takes no other process for it.
 */
#include "base/process.h"
#include "base/child.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_process.XXXXXX";

static void put(const char *text)
{
	int fd = open("pid", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* A child that waits at its gate, and ends with @code when it has passed. */
static pid_t fork_child(int gate[2], int code)
{
	pid_t pid;

	assert_int_equal(process_gate(gate), 0);
	pid = child_fork(0);
	assert_true(pid >= 0);
	if (!pid) {
		close(gate[1]);
		process_pass(gate[0]);
		_exit(code);
	}
	close(gate[0]);
	return pid;
}

static int end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_child_waits_for_its_file(void **state)
{
	struct process process = { .pidfd = -1 };
	struct pollfd end = { .events = POLLIN };
	int gate[2];
	pid_t pid = fork_child(gate, 7);

	(void)state;
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	assert_int_equal(process_begin(&process, pid, "pid", gate[1]), 0);
	assert_int_equal(process.pid, pid);
	end.fd = process.pidfd;
	assert_int_equal(poll(&end, 1, 10000), 1);
	assert_int_equal(end_of(pid), 7);
	process_forget(&process);
	close(gate[1]);
}

static void a_child_ends_with_vimod(void **state)
{
	int gate[2];
	pid_t pid = fork_child(gate, 7);

	(void)state;
	close(gate[1]);
	assert_int_equal(end_of(pid), 0);
}

static void a_child_without_a_file_is_killed(void **state)
{
	struct process process = { .pidfd = -1 };
	int gate[2];
	pid_t pid = fork_child(gate, 7);

	(void)state;
	assert_int_equal(process_begin(&process, pid, "nowhere/pid", gate[1]), -1);
	assert_int_equal(process.pidfd, -1);
	assert_int_equal(kill(pid, 0), -1);
	close(gate[1]);
}

/* Its own message is the error, which a broken gate must not hide. */
static void a_child_that_failed_early_reports_by_itself(void **state)
{
	struct process process = { .pidfd = -1 };
	int gate[2];
	pid_t pid;

	(void)state;
	assert_int_equal(process_gate(gate), 0);
	pid = child_fork(0);
	if (!pid)
		_exit(3);
	close(gate[0]);
	while (process_start_time(pid) && poll(&(struct pollfd){ .fd = gate[1] }, 1, 10) == 0)
		;
	assert_int_equal(process_begin(&process, pid, "pid", gate[1]), 0);
	assert_int_equal(end_of(pid), 3);
	process_forget(&process);
	close(gate[1]);
}

static void the_next_vimod_finds_it(void **state)
{
	struct process process = { .pidfd = -1 }, next = { .pidfd = -1 };
	int gate[2];
	pid_t pid;
	bool mark;

	(void)state;
	assert_int_equal(process_gate(gate), 0);
	pid = child_fork(0);
	if (!pid)
		for (;;)
			pause();
	close(gate[0]);
	close(gate[1]);
	assert_int_equal(process_gate(gate), 0);
	assert_int_equal(process_begin(&process, pid, "pid", gate[1]), 0);
	assert_true(process_adopt(&next, "pid", &mark));
	assert_int_equal(next.pid, pid);
	assert_false(mark);
	close(next.pidfd);
	assert_int_equal(process_mark("pid"), 0);
	assert_true(process_adopt(&next, "pid", &mark));
	assert_true(mark);
	process_stop(&next, true, "pid");
	assert_int_equal(next.pid, 0);
	assert_int_not_equal(access("pid", F_OK), 0);
	assert_false(process_adopt(&next, "pid", &mark));
	close(process.pidfd);
	close(gate[0]);
	close(gate[1]);
}

/* The number of a process that has ended may be another's by now. */
static void another_process_is_not_adopted(void **state)
{
	struct process process = { .pidfd = -1 };
	uint64_t start = process_start_time(getpid());
	char text[64];
	bool mark;

	(void)state;
	assert_true(start > 0);
	snprintf(text, sizeof(text), "%d %llu\n", getpid(), (unsigned long long)start);
	put(text);
	assert_true(process_adopt(&process, "pid", &mark));
	process_forget(&process);
	snprintf(text, sizeof(text), "%d %llu\n", getpid(), (unsigned long long)start + 1);
	put(text);
	assert_false(process_adopt(&process, "pid", &mark));
	assert_int_equal(process.pid, 0);
	assert_int_equal(process.pidfd, -1);
}

static void files_of_others_are_not_read(void **state)
{
	struct process process = { .pidfd = -1 };
	char text[64];
	bool mark;

	(void)state;
	snprintf(text, sizeof(text), "%d %llu\n", getpid(), (unsigned long long)process_start_time(getpid()));
	put(text);
	assert_int_equal(symlink("pid", "link"), 0);
	assert_false(process_adopt(&process, "link", &mark));
	assert_int_equal(process_mark("link"), -1);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_false(process_adopt(&process, "fifo", &mark));
	assert_int_equal(chmod("pid", 0620), 0);
	assert_false(process_adopt(&process, "pid", &mark));
	assert_int_equal(chmod("pid", 0600), 0);
	if (!geteuid()) {
		assert_int_equal(chown("pid", 1, 1), 0);
		assert_false(process_adopt(&process, "pid", &mark));
	}
	assert_int_equal(unlink("link") || unlink("fifo") || unlink("pid"), 0);
}

static void only_its_own_form_is_read(void **state)
{
	static const struct {
		const char *text;
		bool good, mark;
	} cases[] = {
		{ "12 34\n", true, false },
		{ "12 34\nconnected\n", true, true },
		{ "2147483646 9223372036854775806\n", true, false },
		{ "", false, false },
		{ "12\n", false, false }, /* an older release's */
		{ "12 34", false, false },
		{ "12 34\nconnected", false, false },
		{ "12 34\nconnected\nconnected\n", false, false },
		{ "12 34\nx", false, false },
		{ "1 34\n", false, false },
		{ "0 34\n", false, false },
		{ "-1 34\n", false, false },
		{ "12 0\n", false, false },
		{ "12 -3\n", false, false },
		{ " 12 34\n", false, false },
		{ "12  34\n", false, false },
		{ "2147483647 34\n", false, false },
		{ "4294967308 34\n", false, false },
		{ "12 9223372036854775808\n", false, false },
		{ "12 99999999999999999999999\n", false, false },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		uint64_t start;
		pid_t pid;
		bool mark = false;

		if (process_parse(cases[n].text, &pid, &start, &mark) != cases[n].good)
			fail_msg("%s", cases[n].text);
		assert_true(!cases[n].good || mark == cases[n].mark);
	}
}

static int enter(void **state)
{
	(void)state;
	return mkdtemp(directory) ? chdir(directory) : -1;
}

static int leave(void **state)
{
	(void)state;
	unlink("pid");
	return chdir("/") || rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_waits_for_its_file),
		cmocka_unit_test(a_child_ends_with_vimod),
		cmocka_unit_test(a_child_without_a_file_is_killed),
		cmocka_unit_test(a_child_that_failed_early_reports_by_itself),
		cmocka_unit_test(the_next_vimod_finds_it),
		cmocka_unit_test(another_process_is_not_adopted),
		cmocka_unit_test(files_of_others_are_not_read),
		cmocka_unit_test(only_its_own_form_is_read),
	};

	return cmocka_run_group_tests_name("process", tests, enter, leave);
}
