/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolver.h - dom0's name servers for programs that do not see its files: a copy of /etc/resolv.conf
 * that keeps its inode, so that whoever has it mounted sees what it says today.
 */
#ifndef TOOLSTACK_HOST_RESOLVER_H
#define TOOLSTACK_HOST_RESOLVER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct resolver {
	char path[PATH_MAX]; /* the copy's */
	struct stat copied;  /* what of; all zero: nothing yet */
	bool failed;         /* the last try */
};

/** resolver_open() - the copy, as new as can be. Return: a descriptor, or -1 with errno. */
int resolver_open(struct resolver *resolver);
/** resolver_refresh() - copy what changed. */
void resolver_refresh(struct resolver *resolver);

#endif
