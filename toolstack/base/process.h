/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - the process of a helper, which outlives vimod. Its .pid file holds its number. The process inherits the
 * descriptor that locks the file, so the file is locked as long as the process lives.
 */
#ifndef TOOLSTACK_BASE_PROCESS_H
#define TOOLSTACK_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
	pid_t pid; /* 0: none */
	int pidfd; /* -1: none */
};

/** process_lock() - a new process' file. Return: the descriptor for it to inherit; -1 with errno when it is locked. */
int process_lock(const char *path);
/** process_take() - @pid was started with @lock. Return: 0; -1 with errno, and @pid has been killed. */
int process_take(struct process *process, pid_t pid, int lock);
/**
 * process_adopt() - take over a process that the previous vimod started.
 * @text: gets what the file holds
 *
 * Return: false when the process has ended.
 */
bool process_adopt(struct process *process, const char *path, char *text, size_t bytes);
/** process_forget() - the process has ended or will end; *process is empty. */
void process_forget(struct process *process);
/** process_kill() - kill it without waiting for its end. */
void process_kill(const struct process *process);
/** process_stop() - end it, with SIGTERM first if @gentle, and remove its file. Blocks until the process has ended. */
void process_stop(struct process *process, bool gentle, const char *path);

/** process_read() - read messages from @fd as text, "" when none is available now. Return: false at the end. */
bool process_read(int fd, char *text, size_t bytes);
/** process_line() - the next line of such a text, without the journal's "<3>"; NULL at the end. *rest moves on. */
char *process_line(char **rest);

#endif
