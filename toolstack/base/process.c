// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * process.c - files of processes, and processes found by them. A pidfd reports the end of a process that is not
 * vimod's child, and never names another process.
 */
#include "base/process.h"
#include "base/fd_store.h"
#include "cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define END_MS 5000
#define MARK "connected\n"
#define START_FIELD 22

static void close_pidfd(struct process *process)
{
	if (process->pidfd >= 0)
		close(process->pidfd);
	process->pidfd = -1;
}

int process_gate(int gate[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate);
}

void process_pass(int end)
{
	char byte;
	ssize_t got;

	do
		got = read(end, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		_exit(0);
}

/* A file of /proc; empty if it cannot be read. */
static void read_proc(const char *path, char *text, size_t bytes)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, bytes - 1);

	text[got > 0 ? got : 0] = '\0';
}

uint64_t process_start_time(pid_t pid)
{
	char path[32], text[512], *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	read_proc(path, text, sizeof(text));
	at = strrchr(text, ')'); /* the end of field 2, which the process chooses */
	for (int field = 2; at && field < START_FIELD; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

/* Whole or not at all: other programs read it, too. */
static int write_file(const char *path, pid_t pid)
{
	uint64_t start = process_start_time(pid);
	CLEANUP_FD int fd = -1;
	char aside[PATH_MAX], text[64];
	int length = snprintf(text, sizeof(text), "%d %" PRIu64 "\n", pid, start);

	if (!start || snprintf(aside, sizeof(aside), "%s.new", path) >= (int)sizeof(aside)) {
		errno = ESRCH;
		return -1;
	}
	fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 && write(fd, text, (size_t)length) == length && !rename(aside, path) ? 0 : -1;
}

int process_open_gate(int end)
{
	return send(end, "", 1, MSG_NOSIGNAL) == 1 || errno == EPIPE ? 0 : -1;
}

/* The last two parts of the path. */
static void set_key(struct process *process, const char *path)
{
	const char *file = strrchr(path, '/'), *key = file ? file : path;

	while (key > path && key[-1] != '/')
		key--;
	snprintf(process->key, sizeof(process->key), "%s", key);
}

int process_begin(struct process *process, pid_t pid, const char *path, int end)
{
	int saved;

	process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process->pidfd >= 0 && !write_file(path, pid) && !process_open_gate(end)) {
		process->pid = pid;
		set_key(process, path);
		fd_store_put(process->key, process->pidfd);
		return 0;
	}
	saved = errno;
	kill(pid, SIGKILL); /* vimod's child: the number stays its own until waitpid() */
	waitpid(pid, NULL, 0);
	close_pidfd(process);
	errno = saved;
	return -1;
}

/* A decimal number below @limit, without sign, then the character @after. @text moves behind it. */
static bool take_number(const char **text, char after, uint64_t limit, uint64_t *number)
{
	const char *at = *text;

	for (*number = 0; *at >= '0' && *at <= '9'; at++) {
		if (*number > limit / 10)
			return false;
		*number = *number * 10 + (uint64_t)(*at - '0');
	}
	if (at == *text || *at != after || *number >= limit)
		return false;
	*text = at + 1;
	return true;
}

bool process_parse(const char *text, pid_t *pid, uint64_t *start, bool *mark)
{
	uint64_t number;

	if (!take_number(&text, ' ', INT32_MAX, &number) || number < 2 || !take_number(&text, '\n', INT64_MAX, start) ||
	    !*start)
		return false;
	*pid = (pid_t)number;
	*mark = *text != '\0';
	return !*mark || !strcmp(text, MARK);
}

/* Return: false when it is not a file of vimod's. */
static bool read_file(const char *path, char *text, size_t bytes)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	ssize_t got;

	if (fd < 0 || fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
	    status.st_mode & (S_IWGRP | S_IWOTH))
		return false;
	got = read(fd, text, bytes - 1);
	if (got <= 0)
		return false;
	text[got] = '\0';
	return true;
}

/* Return: whether @pidfd is of process @pid, by "Pid:" of its description; -1 there tells that the process has ended.
 */
static bool is_of(int pidfd, pid_t pid)
{
	char path[48], text[512], *line;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	read_proc(path, text, sizeof(text));
	line = strstr(text, "\nPid:");
	return line && strtol(line + 5, NULL, 10) == pid;
}

/* In this order: the start time is that of the pidfd's process, or this process has ended. */
static bool open_pidfd(struct process *process, pid_t pid, uint64_t start)
{
	process->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process->pidfd < 0 || process_start_time(pid) != start)
		return false;
	fd_store_put(process->key, process->pidfd);
	return true;
}

bool process_adopt(struct process *process, const char *path, bool *mark)
{
	char text[128];
	uint64_t start;
	pid_t pid;

	*mark = false;
	if (!read_file(path, text, sizeof(text)) || !process_parse(text, &pid, &start, mark))
		return false;
	set_key(process, path);
	process->pidfd = fd_store_take(process->key);
	if (process->pidfd >= 0 ? is_of(process->pidfd, pid) : open_pidfd(process, pid, start)) {
		process->pid = pid;
		return true;
	}
	fd_store_remove(process->key);
	process->pid = 0;
	close_pidfd(process);
	return false;
}

int process_mark(const char *path)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && write(fd, MARK, sizeof(MARK) - 1) == sizeof(MARK) - 1 ? 0 : -1;
}

void process_forget(struct process *process)
{
	if (process->pid) {
		waitpid(process->pid, NULL, WNOHANG); /* ECHILD for an adopted process */
		fd_store_remove(process->key);
	}
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
