// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_confine.c - calls and files of a confined program, which is a Perl here. Links: toolstack/base/confine.c.
 */
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PERL "/usr/bin/perl"
#define USER 98310

static char directory[] = "/tmp/test_confine.XXXXXX", image[64];
static struct error err;

static bool can_confine(void)
{
	pid_t pid = fork();
	int status = 1;

	if (!pid)
		_exit(geteuid() || unshare(CLONE_NEWNS | CLONE_NEWNET) ||
		      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	waitpid(pid, &status, 0);
	return !status && !access(PERL, X_OK);
}

static int enter(void **state)
{
	int fd;

	(void)state;
	if (!mkdtemp(directory))
		return -1;
	setenv("VIMO_RUN_DIR", directory, 1);
	snprintf(image, sizeof(image), "%s/image", directory);
	fd = open(image, O_CREAT | O_WRONLY, 0600);
	if (fd < 0 || write(fd, "text", 4) != 4)
		return -1;
	close(fd);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	return unlink(image) || rmdir(directory);
}

/* Return: the output of a Perl with @script and @argument. */
static const char *run(struct confine *confine, const char *script, const char *argument)
{
	const char *argv[] = { PERL, "-e", script, argument, NULL };
	static char text[4096];
	size_t used = 0;
	int ends[2];
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	confine->user = USER;
	confine->output_fd = confine->gate_fd = -1;
	confine->messages_fd = ends[1];
	pid = confine_spawn(confine, argv, &err);
	if (pid < 0)
		fail_msg("%s", err.text);
	close(ends[1]);
	while ((got = read(ends[0], text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return text;
}

static void calls_are_denied(void **state)
{
	static const struct {
		long call, first, second, third;
		int error; /* 0: the call is allowed */
	} cases[] = {
		{ SYS_getppid, 0, 0, 0, 0 },
		{ SYS_personality, 0xffffffff, 0, 0, EPERM },
		{ SYS_ptrace, 0, 0, 0, EPERM },
		{ SYS_process_vm_readv, 1, 0, 0, EPERM },
		{ SYS_io_uring_setup, 1, 0, 0, EPERM },
		{ SYS_keyctl, 0, -1, 0, EPERM },
		{ SYS_bpf, 0, 0, 0, EPERM },
		{ SYS_userfaultfd, 1, 0, 0, EPERM },
		{ SYS_unshare, CLONE_NEWUSER, 0, 0, EPERM },
		{ SYS_setns, 0, 0, 0, EPERM },
		{ SYS_mount, 0, 0, 0, EPERM },
		{ SYS_open_by_handle_at, 0, 0, 0, EPERM },
		{ SYS_fchmod, 2, 0777, 0, EPERM },
		{ SYS_clone, 17 | CLONE_NEWUSER, 0, 0, EPERM },
		{ SYS_clone, 17, 0, 0, EPERM },
		{ SYS_clone3, 0, 0, 0, ENOSYS },
		{ SYS_ioctl, 0, 0x2285, 0, EPERM },
		{ SYS_ioctl, 0, 0x5412, 0, EPERM },
		{ SYS_socket, 16 /* AF_NETLINK */, SOCK_RAW, 0, EPERM },
		{ SYS_socket, AF_VSOCK, SOCK_STREAM, 0, EPERM },
		{ SYS_socket, AF_UNSPEC, SOCK_STREAM, 0, EPERM },
		{ SYS_socket, 9, SOCK_STREAM, 0, EPERM },
		{ SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0 },
		{ SYS_socket, AF_INET, SOCK_STREAM, 0, EPERM },
		{ SYS_socket, AF_INET6, SOCK_STREAM, 0, EPERM },
		{ 451, -1, 0, 0, ENOSYS },
		{ 452, -1, 0, 0, ENOSYS },
		{ 100000, -1, 0, 0, ENOSYS },
	};
	static const char script[] = "my ($call, @arguments) = map { $_ + 0 } split /,/, $ARGV[0];"
				     "print syscall($call, @arguments) < 0 ? $! + 0 : 0";
	struct confine confine = { .kind = CONFINE_IMAGES };

	(void)state;
	if (!can_confine())
		skip();
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		char call[80];
		int error;

		snprintf(call, sizeof(call), "%ld,%ld,%ld,%ld", cases[n].call, cases[n].first, cases[n].second,
			 cases[n].third);
		error = atoi(run(&confine, script, call));
		if (error != cases[n].error)
			fail_msg("%s: %s, not %s", call, strerror(error), strerror(cases[n].error));
	}
}

/* virtiofsd works on files for a guest, and needs no more than that. */
static void a_folder_allows_changes_of_files(void **state)
{
	static const struct {
		long call, first, second;
		int error;
	} cases[] = {
		{ SYS_fchmod, 0, 0666, EROFS }, /* /dev/null lies in a root that is read-only */
		{ SYS_unshare, 0x200 /* CLONE_FS */, 0, 0 },
		{ SYS_unshare, CLONE_NEWUSER, 0, EPERM },
		{ SYS_unshare, CLONE_NEWNS | CLONE_FS, 0, EPERM },
		{ SYS_open_by_handle_at, 0, 0, EPERM },
		{ SYS_mount, 0, 0, EPERM },
		{ SYS_ptrace, 0, 0, EPERM },
		{ SYS_io_uring_setup, 1, 0, EPERM },
		{ SYS_socket, AF_UNIX, SOCK_STREAM, EPERM },
		{ SYS_socket, AF_INET, SOCK_STREAM, EPERM },
		{ 100000, 0, 0, ENOSYS },
	};
	static const char script[] = "my ($call, @arguments) = map { $_ + 0 } split /,/, $ARGV[0];"
				     "print syscall($call, @arguments) < 0 ? $! + 0 : 0";

	(void)state;
	if (!can_confine())
		skip();
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct confine confine = { .kind = CONFINE_FOLDER };
		char call[80];
		int error;

		snprintf(call, sizeof(call), "%ld,%ld,%ld", cases[n].call, cases[n].first, cases[n].second);
		error = atoi(run(&confine, script, call));
		if (error != cases[n].error)
			fail_msg("%s: %s, not %s", call, strerror(error), strerror(cases[n].error));
	}
}

/* dom0's network, whose namespace has dom0's abstract sockets too. */
static void a_network_has_no_unix_sockets(void **state)
{
	static const struct {
		const char *family;
		int error;
	} cases[] = { { "1", EPERM }, { "2", 0 }, { "10", 0 }, { "16", EPERM } };
	struct confine confine = { .kind = CONFINE_IMAGES, .network = true };

	(void)state;
	if (!can_confine())
		skip();
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++)
		assert_int_equal(atoi(run(&confine, "print socket(S, $ARGV[0], 1, 0) ? 0 : $! + 0", cases[n].family)),
				 cases[n].error);
}

static void images_are_all_that_can_be_opened(void **state)
{
	static const struct {
		const char *path, *mode;
		int error;
		bool writable;
	} cases[] = {
		{ "/image/0", "<", 0, false },       { "/image/0", "+<", EROFS, false },
		{ "/image/0", "+<", 0, true },       { "/image/1", "<", ENOENT, true },
		{ "/image/1", ">", EROFS, true },    { "/etc/passwd", "<", ENOENT, true },
		{ "/proc/self", "<", ENOENT, true }, { "/usr/bin/perl", "<", 0, true },
		{ "/dev/null", "+<", 0, true },
	};

	(void)state;
	if (!can_confine())
		skip();
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct confine confine = { .kind = CONFINE_IMAGES, .file_count = 1 };
		char script[128];
		int error;

		confine.file[0].fd = open(image, cases[n].writable ? O_RDWR : O_RDONLY);
		confine.file[0].writable = cases[n].writable;
		snprintf(script, sizeof(script), "print open(F, '%s', $ARGV[0]) ? 0 : $! + 0", cases[n].mode);
		error = atoi(run(&confine, script, cases[n].path));
		close(confine.file[0].fd);
		if (error != cases[n].error && !(error == EACCES && cases[n].error)) /* Landlock's */
			fail_msg("%s %s: %s, not %s", cases[n].mode, cases[n].path, strerror(error),
				 strerror(cases[n].error));
	}
}

/* Perl's numbers of descriptors that are open, and its own number. */
static void nothing_else_is_inherited(void **state)
{
	static const char script[] = "print join(' ', grep { open(F, '<&=', $_) && 1 } 0..99), ' ', $$";
	struct confine confine = { .kind = CONFINE_IMAGES, .file_count = 2, .kept_count = 1 };
	int open_too = open("/", O_PATH | O_DIRECTORY); /* without O_CLOEXEC */

	(void)state;
	if (!can_confine())
		skip();
	confine.kept[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	confine.file[0].fd = confine.file[1].fd = open(image, O_RDONLY | O_CLOEXEC);
	assert_string_equal(run(&confine, script, ""), "0 1 2 3 1");
	confine.file[1].held = true;
	assert_string_equal(run(&confine, script, ""), "0 1 2 3 4 1");
	close(open_too);
	close(confine.kept[0]);
	close(confine.file[0].fd);
}

static void limits_are_set(void **state)
{
	/* RLIMIT_CPU, FSIZE, CORE, NPROC, NOFILE, AS: prlimit64's numbers. */
	static const char script[] = "for (0, 1, 4, 6, 7, 9) { my $l = pack('QQ', 0, 0);"
				     "syscall($ARGV[0] + 0, 0, $_, 0, $l) && die; print((unpack 'qq', $l)[0], ' ') }";
	struct confine confine = { .kind = CONFINE_READING };
	char call[16];

	(void)state;
	if (!can_confine())
		skip();
	snprintf(call, sizeof(call), "%d", SYS_prlimit64);
	assert_string_equal(run(&confine, script, call), "60 0 0 2048 1024 4294967296 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_denied),
		cmocka_unit_test(a_folder_allows_changes_of_files),
		cmocka_unit_test(a_network_has_no_unix_sockets),
		cmocka_unit_test(images_are_all_that_can_be_opened),
		cmocka_unit_test(nothing_else_is_inherited),
		cmocka_unit_test(limits_are_set),
	};

	return cmocka_run_group_tests_name("confine", tests, enter, leave);
}
