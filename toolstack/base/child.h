/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - processes that vimod starts.
 */
#ifndef TOOLSTACK_BASE_CHILD_H
#define TOOLSTACK_BASE_CHILD_H

#include <sys/types.h>

/**
 * child_fork() - fork() whose child takes signals as a new program would. Any thread.
 *
 * Until it executes another program a child has our handlers, and libuv's write to a pipe that it shares with us: a
 * signal for the child would be taken for our own.
 *
 * @namespaces: that the child gets of its own, CLONE_NEW*; if there are any, the C library knows of no fork: it may
 * do async-signal-safe calls only
 *
 * Return: as fork(), with errno.
 */
pid_t child_fork(unsigned long namespaces);
/** child_fail() - end the child with a line of @before, @what and errno's text on @fd. Async-signal-safe. */
void child_fail(int fd, const char *before, const char *what) __attribute__((noreturn));

#endif
