/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolver.h - dom0's name servers for programs that do not see its files: a copy of /etc/resolv.conf that keeps its
 * inode, so that a program that has it mounted reads the newest text.
 */
#ifndef TOOLSTACK_HOST_RESOLVER_H
#define TOOLSTACK_HOST_RESOLVER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct resolver {
	char path[PATH_MAX]; /* of the copy */
	struct stat copied;  /* the source; zeros: not copied yet */
	bool failed;         /* the last try */
};

/** resolver_open() - open the copy, up to date if possible. Return: a descriptor, or -1 with errno. */
int resolver_open(struct resolver *resolver);
/** resolver_refresh() - copy the source if it has changed. */
void resolver_refresh(struct resolver *resolver);

#endif
