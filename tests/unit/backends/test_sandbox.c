// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_sandbox.c - calls that vimo-dm cannot make, and those that it needs. Each test runs in a child.
 */
#include "dm/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NOBODY 65534
#define USER 98310

static char buffer[4096];

static const struct {
	const char *name;
	long number;
	unsigned long arguments[5];
} forbidden[] = {
	{ "openat", SYS_openat, { (unsigned long)AT_FDCWD, (unsigned long)"/dev/null", O_RDONLY } },
	{ "openat2", SYS_openat2, { (unsigned long)AT_FDCWD, (unsigned long)"/dev/null", (unsigned long)buffer, 24 } },
	{ "unlinkat", SYS_unlinkat, { (unsigned long)AT_FDCWD, (unsigned long)"/none" } },
	{ "renameat2", SYS_renameat2, { (unsigned long)AT_FDCWD, (unsigned long)"/a", (unsigned long)AT_FDCWD } },
	{ "linkat", SYS_linkat, { 0, (unsigned long)"", (unsigned long)AT_FDCWD, (unsigned long)"/none", 0 } },
	{ "mkdirat", SYS_mkdirat, { (unsigned long)AT_FDCWD, (unsigned long)"/tmp/none" } },
	{ "newfstatat", SYS_newfstatat, { (unsigned long)AT_FDCWD, (unsigned long)"/", (unsigned long)buffer, 0 } },
	{ "statx", SYS_statx, { (unsigned long)AT_FDCWD, (unsigned long)"/", 0, 0, (unsigned long)buffer } },
	{ "socket", SYS_socket, { AF_UNIX, SOCK_STREAM } },
	{ "socketpair", SYS_socketpair, { AF_UNIX, SOCK_STREAM, 0, (unsigned long)buffer } },
	{ "connect", SYS_connect, { 0, (unsigned long)buffer, 2 } },
	{ "bind", SYS_bind, { 0, (unsigned long)buffer, 2 } },
	{ "listen", SYS_listen, { 0 } },
	{ "execve", SYS_execve, { (unsigned long)"/bin/true" } },
	{ "execveat", SYS_execveat, { 0 } },
	{ "clone", SYS_clone, { SIGCHLD } },
	{ "kill", SYS_kill, { 1 } },
	{ "tkill", SYS_tkill, { 1 } },
	{ "tgkill", SYS_tgkill, { 1, 1 } },
	{ "pidfd_open", SYS_pidfd_open, { 1 } },
	{ "ptrace", SYS_ptrace, { 0 } },
	{ "process_vm_readv", SYS_process_vm_readv, { 1 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 1, (unsigned long)buffer } },
	{ "mount", SYS_mount, { 0 } },
	{ "unshare", SYS_unshare, { 0 } },
	{ "setns", SYS_setns, { 0 } },
	{ "setuid", SYS_setuid, { 0 } },
	{ "chmod", SYS_fchmodat, { (unsigned long)AT_FDCWD, (unsigned long)"/none" } },
	{ "fchmod", SYS_fchmod, { 0 } },
	{ "fchown", SYS_fchown, { 0 } },
	{ "bpf", SYS_bpf, { 0 } },
	{ "userfaultfd", SYS_userfaultfd, { 0 } },
	{ "F_SETOWN", SYS_fcntl, { 0, F_SETOWN, 1 } },
	{ "F_SETPIPE_SZ", SYS_fcntl, { 0, F_SETPIPE_SZ, 1 << 20 } },
	{ "F_NOTIFY", SYS_fcntl, { 0, F_NOTIFY, 1 } },
	{ "fallocate", SYS_fallocate, { 0 } },
	{ "fstatfs", SYS_fstatfs, { 0, (unsigned long)buffer } },
	{ "ioctl", SYS_ioctl, { 0, 0x5412 /* TIOCSTI */, (unsigned long)buffer } },
};
#define FORBIDDEN (sizeof(forbidden) / sizeof(forbidden[0]))

/* In a child, which is not root. Return: its exit status, or minus a signal. */
static int in_sandbox(int (*run)(void))
{
	pid_t child = fork();
	int status;

	if (!child) {
		struct error err;

		if (!geteuid() && (setgid(NOBODY) || setuid(NOBODY)))
			_exit(98);
		if (sandbox_enter(NOBODY, &err)) {
			dprintf(2, "%s\n", err.text);
			_exit(99);
		}
		_exit(run());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Return: 1 + the index of a call that is not refused, or 0. */
static int try_forbidden(void)
{
	for (size_t n = 0; n < FORBIDDEN; n++) {
		const unsigned long *a = forbidden[n].arguments;

		if (syscall(forbidden[n].number, a[0], a[1], a[2], a[3], a[4]) != -1 || errno != EPERM)
			return (int)n + 1;
	}
	return 0;
}

static void no_path_no_socket_no_other_process(void **state)
{
	int which = in_sandbox(try_forbidden);

	(void)state;
	if (which)
		fail_msg("%d: %s is allowed", which,
			 which > 0 && which <= (int)FORBIDDEN ? forbidden[which - 1].name : "?");
}

static void *thread(void *argument)
{
	return argument;
}

static int use_descriptors(void)
{
	int fd = memfd_create("file", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat status;
	pthread_t id;
	void *result;

	return fd < 0 || ftruncate(fd, 8192) || pwrite(fd, "x", 1, 5) != 1 || fstat(fd, &status) ||
	       status.st_size != 8192 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) || fcntl(fd, F_SETFD, FD_CLOEXEC) ||
	       fcntl(fd, F_GETFD) != FD_CLOEXEC || fcntl(fd, F_GETFL) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) ||
	       close(fcntl(fd, F_DUPFD_CLOEXEC, 3)) || pread(fd, buffer, 8, 0) != 8 ||
	       mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED || pthread_create(&id, NULL, thread, &fd) ||
	       pthread_join(id, &result) || result != &fd || getuid() == 0;
}

static void descriptors_are_used(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(use_descriptors), 0);
}

static int end_by_abort(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}

static void abort_ends_it(void **state)
{
	(void)state;
	assert_int_equal(in_sandbox(end_by_abort), -SIGABRT);
}

/* Root, but not for long: it waits for the end of @wait. */
static void leave_dom0(int ready, int wait)
{
	struct error err;
	char byte;

	if (sandbox_enter(USER, &err)) {
		dprintf(2, "%s\n", err.text);
		_exit(99);
	}
	if (write(ready, "r", 1) != 1 || read(wait, &byte, 1))
		_exit(98);
	_exit(0);
}

static void assert_outside(pid_t pid)
{
	static const char *const kinds[] = { "mnt", "ipc", "uts", "net" };
	char path[64], own[64], dom0[64];
	struct stat status;
	int entries = 0;
	DIR *dir;

	for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
		memset(own, 0, sizeof(own));
		memset(dom0, 0, sizeof(dom0));
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kinds[n]);
		assert_true(readlink(path, own, sizeof(own) - 1) > 0);
		snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[n]);
		assert_true(readlink(path, dom0, sizeof(dom0) - 1) > 0);
		assert_string_not_equal(own, dom0);
	}
	snprintf(path, sizeof(path), "/proc/%d/root/", pid);
	dir = opendir(path);
	assert_non_null(dir);
	while (readdir(dir))
		entries++;
	closedir(dir);
	assert_int_equal(entries, 2); /* . and .. */
	snprintf(path, sizeof(path), "/proc/%d/task/%d", pid, pid);
	assert_int_equal(stat(path, &status), 0);
}

static void the_root_is_empty(void **state)
{
	int ready[2], wait[2], status;
	pid_t pid = fork();
	char byte;

	(void)state;
	if (!pid)
		_exit(geteuid() || unshare(CLONE_NEWNS | CLONE_NEWNET) ||
		      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status)
		skip();
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(wait, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		close(wait[1]);
		leave_dom0(ready[1], wait[0]);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_outside(pid);
	close(wait[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(ready[0]);
	close(wait[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_path_no_socket_no_other_process),
		cmocka_unit_test(descriptors_are_used),
		cmocka_unit_test(abort_ends_it),
		cmocka_unit_test(the_root_is_empty),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
