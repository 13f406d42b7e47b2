/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.h - processes that vimod starts.
 */
#ifndef TOOLSTACK_CHILD_H
#define TOOLSTACK_CHILD_H

#include <sys/types.h>

/**
 * child_fork() - fork() whose child takes signals as a new program would. Any thread.
 *
 * Until it executes another program a child has our handlers, and libuv's write to a pipe that it shares with us: a
 * signal for the child would be taken for our own.
 *
 * Return: as fork(), with errno.
 */
pid_t child_fork(void);

#endif
