/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - the process of a program that serves a guest's device and outlives vimod. Its file
 * says its number and is locked as long as it lives, by a descriptor that it inherits.
 */
#ifndef TOOLSTACK_HELPER_PROCESS_H
#define TOOLSTACK_HELPER_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct helper {
	pid_t pid; /* 0: none */
	int pidfd; /* -1: none */
};

/** helper_lock() - a new process' file; the descriptor is for it to inherit. Return: -1 with errno, when one lives. */
int helper_lock(const char *path);
/** helper_take() - @pid was started with @lock. Return: 0, or -1 and it was killed. */
int helper_take(struct helper *helper, pid_t pid, int lock);
/**
 * helper_adopt() - take over what the last vimod started.
 * @text: gets what the file says
 *
 * Return: false when none lives.
 */
bool helper_adopt(struct helper *helper, const char *path, char *text, size_t bytes);
/** helper_forget() - it has ended, or ends. */
void helper_forget(struct helper *helper);
/** helper_kill() - does not wait for its end. */
void helper_kill(const struct helper *helper);
/** helper_stop() - end it: SIGTERM first when it is @gentle. Blocks until it has ended; its file goes. */
void helper_stop(struct helper *helper, bool gentle, const char *path);

/** helper_read() - what it says, as text: one piece; none when nothing is there now. Return: false at its end. */
bool helper_read(int fd, char *text, size_t bytes);
/** helper_line() - the next line of such a text that says something, or NULL; *rest moves on. */
char *helper_line(char **rest);

/** helper_connect() - to what listens at @path; does not wait. Return: a blocking descriptor, or -1 with errno. */
int helper_connect(const char *path);

#endif
