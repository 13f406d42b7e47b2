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
 * Until it executes another program, a child has vimod's handlers. libuv's handler writes to a pipe that both share, so
 * vimod would handle a signal that was sent to the child.
 *
 * @namespaces: new namespaces of the child, CLONE_NEW*; if any, the child may do async-signal-safe calls only, because
 * the C library does not see the fork
 *
 * Return: as fork(), with errno.
 */
pid_t child_fork(unsigned long namespaces);
/** child_fail() - end the child with a line of @before, @what and errno's text on @fd. Async-signal-safe. */
void child_fail(int fd, const char *before, const char *what) __attribute__((noreturn));

#endif
