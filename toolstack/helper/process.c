// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process.c - files of processes, and processes found by them. A pidfd tells the end of one
 * that is not our child, and a number is never killed by mistake.
 */
#include "helper/process.h"
#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#define END_MS 5000

static void close_pidfd(struct helper *helper)
{
	if (helper->pidfd >= 0)
		close(helper->pidfd);
	helper->pidfd = -1;
}

int helper_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB) && !ftruncate(fd, 0))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int helper_take(struct helper *helper, pid_t pid, int lock)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%d\n", pid);

	helper->pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (helper->pidfd >= 0 && write(lock, text, length) == length) {
		helper->pid = pid;
		return 0;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close_pidfd(helper);
	return -1;
}

bool helper_adopt(struct helper *helper, const char *path, char *text, size_t bytes)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	memset(text, 0, bytes);
	if (fd < 0 || read(fd, text, bytes - 1) <= 0)
		return false;
	helper->pid = (pid_t)strtol(text, NULL, 10);
	if (helper->pid > 1)
		helper->pidfd = syscall(SYS_pidfd_open, helper->pid, 0);
	/* The file is locked as long as it lives: what we have is no stranger. */
	if (helper->pidfd >= 0 && flock(fd, LOCK_EX | LOCK_NB))
		return true;
	helper->pid = 0;
	close_pidfd(helper);
	return false;
}

void helper_forget(struct helper *helper)
{
	if (helper->pid)
		waitpid(helper->pid, NULL, WNOHANG); /* ECHILD for an adopted one */
	helper->pid = 0;
	close_pidfd(helper);
}

void helper_kill(const struct helper *helper)
{
	if (helper->pid)
		syscall(SYS_pidfd_send_signal, helper->pidfd, SIGKILL, NULL, 0);
}

void helper_stop(struct helper *helper, bool gentle, const char *path)
{
	static const int signals[] = { SIGTERM, SIGKILL };
	struct pollfd end = { .fd = helper->pidfd, .events = POLLIN };

	for (size_t n = gentle ? 0 : 1; helper->pid && n < sizeof(signals) / sizeof(signals[0]); n++) {
		syscall(SYS_pidfd_send_signal, helper->pidfd, signals[n], NULL, 0);
		if (poll(&end, 1, END_MS) > 0)
			break;
	}
	helper_forget(helper);
	unlink(path);
}

bool helper_read(int fd, char *text, size_t bytes)
{
	ssize_t got = read(fd, text, bytes - 1);

	text[got > 0 ? got : 0] = '\0';
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

char *helper_line(char **rest)
{
	char *line;

	do
		line = strsep(rest, "\n");
	while (line && !*line);
	return line;
}

int helper_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, saved;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)) && !fcntl(fd, F_SETFL, 0))
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}
