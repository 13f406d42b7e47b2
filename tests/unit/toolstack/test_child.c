// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_child.c - signals of children. Links: toolstack/child.c.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/child.h"

static volatile int *handled; /* shared with children */

static void handler(int number)
{
	*handled = number;
}

static int start(void **state)
{
	(void)state;
	handled = mmap(NULL, sizeof(*handled), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(handled, MAP_FAILED);
	signal(SIGTERM, handler);
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	return munmap((void *)handled, sizeof(*handled));
}

/* How a child ends that @number is sent to. */
static int end_by(int number)
{
	pid_t pid = child_fork(0);
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		alarm(300);
		for (;;)
			pause();
	}
	kill(pid, number);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_signal_for_a_child_is_not_ours(void **state)
{
	(void)state;
	/* At every point of its short life, so several times. */
	for (unsigned int n = 0; n < 200; n++) {
		int status = end_by(SIGTERM);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGTERM);
		assert_int_equal(*handled, 0);
	}
}

static void what_we_ignore_a_child_does_not(void **state)
{
	(void)state;
	assert_int_equal(WTERMSIG(end_by(SIGPIPE)), SIGPIPE);
}

static void our_own_signals_are_still_taken(void **state)
{
	pid_t pid = child_fork(0);

	(void)state;
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	raise(SIGTERM);
	assert_int_equal(*handled, SIGTERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signal_for_a_child_is_not_ours),
		TEST(what_we_ignore_a_child_does_not),
		TEST(our_own_signals_are_still_taken),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
