// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fd_list.c - a list that owns descriptors.
 */
#include "base/fd_list.h"

#include <unistd.h>

void fd_list_add(struct fd_list *list, int fd)
{
	list->fd[list->count++] = fd;
}

void fd_list_close(struct fd_list *list)
{
	while (list->count)
		close(list->fd[--list->count]);
}
