/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fd_store.h - descriptors that systemd keeps while vimod starts again. Without systemd nothing is kept.
 */
#ifndef TOOLSTACK_BASE_FD_STORE_H
#define TOOLSTACK_BASE_FD_STORE_H

/** fd_store_open() - take over what systemd has kept. Once, before any thread. */
void fd_store_open(void);
/** fd_store_take() - the kept descriptor of that name, which is then the caller's. Return: -1: none. */
int fd_store_take(const char *name);
/** fd_store_close() - all that were not taken are wanted no more. */
void fd_store_close(void);
/** fd_store_put() - have a copy of @fd kept. @name: printable ASCII without ':'. Any thread. */
void fd_store_put(const char *name, int fd);
/** fd_store_remove() - end that. Any thread. */
void fd_store_remove(const char *name);

#endif
