// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fd_store.c - pidfds that systemd keeps name the processes again; wrong ones do not. The
 * watchdog.
 */
#include "base/fd_store.h"
#include "base/child.h"
#include "base/process.h"
#include "base/watchdog.h"
#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_fd_store.XXXXXX";
static int manager; /* systemd's end */

/* Return: the descriptor that came with the next message, or -1. */
static int message(char *text, size_t bytes)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	} rights;
	struct iovec part = { text, bytes - 1 };
	struct msghdr head = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof(rights)
	};
	ssize_t got = recvmsg(manager, &head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int fd = -1;

	text[got > 0 ? got : 0] = '\0';
	for (struct cmsghdr *c = got < 0 ? NULL : CMSG_FIRSTHDR(&head); c; c = CMSG_NXTHDR(&head, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static pid_t start(struct process *process)
{
	int gate[2];
	pid_t pid;

	assert_int_equal(process_gate(gate), 0);
	pid = child_fork(0);
	if (!pid) {
		close(gate[1]);
		process_pass(gate[0]);
		for (;;)
			pause();
	}
	close(gate[0]);
	assert_int_equal(process_begin(process, pid, "records/g/dm.pid", gate[1]), 0);
	close(gate[1]);
	return pid;
}

static void a_pidfd_is_kept_until_its_process_ends(void **state)
{
	struct process process = { .pidfd = -1 };
	char text[256];
	int fd;

	(void)state;
	start(&process);
	fd = message(text, sizeof(text));
	assert_true(fd >= 0);
	assert_string_equal(text, "FDSTORE=1\nFDPOLL=0\nFDNAME=g/dm.pid");
	process_stop(&process, false, "records/g/dm.pid");
	assert_int_equal(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0), -1);
	close(fd);
	message(text, sizeof(text));
	assert_string_equal(text, "FDSTOREREMOVE=1\nFDNAME=g/dm.pid");
	assert_int_equal(message(text, sizeof(text)), -1);
	assert_string_equal(text, "");
}

/* In a process of its own, as the next vimod: @fd and a pipe's end are what systemd kept. Return: adopted or not. */
static bool next_vimod_adopts(int fd, pid_t pid)
{
	pid_t child = fork();
	int status, ends[2];

	if (!child) {
		struct process process = { .pidfd = -1 };
		char number[16];
		bool mark;

		fd = fcntl(fd, F_DUPFD, 64);
		if (pipe(ends) || dup2(ends[0], 4) != 4 || dup2(fd, 3) != 3)
			_exit(99);
		snprintf(number, sizeof(number), "%d", getpid());
		setenv("LISTEN_PID", number, 1);
		setenv("LISTEN_FDS", "2", 1);
		setenv("LISTEN_FDNAMES", "g/dm.pid:h/dm.pid", 1);
		fd_store_open();
		if (!process_adopt(&process, "records/g/dm.pid", &mark))
			_exit(1);
		fd_store_close();
		_exit(process.pidfd == 3 && process.pid == pid && fcntl(4, F_GETFD) < 0 ? 0 : 98);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
	return !WEXITSTATUS(status);
}

static void the_next_vimod_takes_it(void **state)
{
	struct process process = { .pidfd = -1 };
	pid_t pid = start(&process);
	CLEANUP_FD int kept = -1;
	char text[256];
	int own = (int)syscall(SYS_pidfd_open, getpid(), 0);

	(void)state;
	kept = message(text, sizeof(text));
	assert_true(next_vimod_adopts(kept, pid));
	message(text, sizeof(text));
	assert_string_equal(text, "FDSTOREREMOVE=1\nFDNAME=h/dm.pid");
	/* Descriptors of another process, of a socket, and of a process that has ended. */
	assert_false(next_vimod_adopts(own, pid));
	assert_false(next_vimod_adopts(manager, pid));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_false(next_vimod_adopts(kept, pid));
	close(process.pidfd);
	close(own);
	while (message(text, sizeof(text)), *text)
		;
}

static void on_end(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, NULL);
}

static void a_loop_that_runs_is_reported(void **state)
{
	uv_timer_t end;
	uv_loop_t *loop = uv_default_loop();
	char text[256];

	(void)state;
	unsetenv("WATCHDOG_USEC");
	watchdog_start(loop);
	assert_int_equal(uv_run(loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(message(text, sizeof(text)), -1);
	assert_string_equal(text, "");
	setenv("WATCHDOG_USEC", "20000", 1);
	watchdog_start(loop);
	uv_timer_init(loop, &end); /* the timer of the watchdog alone keeps no loop running */
	uv_timer_start(&end, on_end, 100, 0);
	uv_run(loop, UV_RUN_DEFAULT);
	message(text, sizeof(text));
	assert_string_equal(text, "WATCHDOG=1");
	unsetenv("WATCHDOG_USEC");
}

static int enter(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	if (!mkdtemp(directory) || chdir(directory) || mkdir("records", 0700) || mkdir("records/g", 0700))
		return -1;
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", directory);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	return bind(manager, (struct sockaddr *)&address, sizeof(address));
}

static int leave(void **state)
{
	(void)state;
	close(manager);
	unlink("records/g/dm.pid");
	return unlink("notify") || rmdir("records/g") || rmdir("records") || chdir("/") || rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pidfd_is_kept_until_its_process_ends),
		cmocka_unit_test(the_next_vimod_takes_it),
		cmocka_unit_test(a_loop_that_runs_is_reported),
	};

	return cmocka_run_group_tests_name("fd_store", tests, enter, leave);
}
