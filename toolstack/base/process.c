// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process.c - files of processes, and processes found by them. A pidfd reports the end of a process that is not
 * vimod's child, and never names another process.
 */
#include "base/process.h"
#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define END_MS 5000

static void close_pidfd(struct process *process)
{
	if (process->pidfd >= 0)
		close(process->pidfd);
	process->pidfd = -1;
}

int process_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB) && !ftruncate(fd, 0))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int process_take(struct process *process, pid_t pid, int lock)
{
	char text[32];
	int length = snprintf(text, sizeof(text), "%d\n", pid);

	process->pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (process->pidfd >= 0 && write(lock, text, length) == length) {
		process->pid = pid;
		return 0;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close_pidfd(process);
	return -1;
}

bool process_adopt(struct process *process, const char *path, char *text, size_t bytes)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	memset(text, 0, bytes);
	if (fd < 0 || read(fd, text, bytes - 1) <= 0)
		return false;
	process->pid = (pid_t)strtol(text, NULL, 10);
	if (process->pid > 1)
		process->pidfd = syscall(SYS_pidfd_open, process->pid, 0);
	/* The file is locked as long as the process lives, so the number is not another process' by now. */
	if (process->pidfd >= 0 && flock(fd, LOCK_EX | LOCK_NB))
		return true;
	process->pid = 0;
	close_pidfd(process);
	return false;
}

void process_forget(struct process *process)
{
	if (process->pid)
		waitpid(process->pid, NULL, WNOHANG); /* ECHILD for an adopted process */
	process->pid = 0;
	close_pidfd(process);
}

void process_kill(const struct process *process)
{
	if (process->pid)
		syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
}

void process_stop(struct process *process, bool gentle, const char *path)
{
	static const int signals[] = { SIGTERM, SIGKILL };
	struct pollfd end = { .fd = process->pidfd, .events = POLLIN };

	for (size_t n = gentle ? 0 : 1; process->pid && n < sizeof(signals) / sizeof(signals[0]); n++) {
		syscall(SYS_pidfd_send_signal, process->pidfd, signals[n], NULL, 0);
		if (poll(&end, 1, END_MS) > 0)
			break;
	}
	process_forget(process);
	unlink(path);
}

bool process_read(int fd, char *text, size_t bytes)
{
	ssize_t got = read(fd, text, bytes - 1);

	text[got > 0 ? got : 0] = '\0';
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

char *process_line(char **rest)
{
	char *line;

	do
		line = strsep(rest, "\n");
	while (line && !*line);
	if (line && line[0] == '<' && line[1] && line[2] == '>') /* log_line()'s, for the journal */
		line += 3;
	return line;
}
