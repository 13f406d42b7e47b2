/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fd_list.h - descriptors in the order in which another process gets them.
 */
#ifndef TOOLSTACK_BASE_FD_LIST_H
#define TOOLSTACK_BASE_FD_LIST_H

#include <stdint.h>

#define FD_LIST_MAX 256u /* enough for all devices of one guest */

/** The list owns its descriptors. { 0 } is an empty list. */
struct fd_list {
	uint32_t count;
	int fd[FD_LIST_MAX];
};

/** fd_list_add() - append @fd, which the list owns from now on. The list has room: FD_LIST_MAX. */
void fd_list_add(struct fd_list *list, int fd);
/** fd_list_close() - close all descriptors; the list is empty then. */
void fd_list_close(struct fd_list *list);

#endif
