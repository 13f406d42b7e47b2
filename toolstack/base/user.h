/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user.h - one user of dom0 for each guest. All processes of a guest run as its user, virtiofsd excepted, so that no
 * guest's process can signal, trace or open another guest's.
 */
#ifndef TOOLSTACK_BASE_USER_H
#define TOOLSTACK_BASE_USER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Between systemd's users and Debian's ranges of /etc/subuid. Groups have the same numbers. */
#define USER_BASE 98304u
#define USER_COUNT 256u /* domain ids are below; 0, dom0's, is for images that are checked before a domain exists */
#define USER_CHECK USER_BASE

/** user_of() - the user of the guest that is domain @domain. EL2 gives an id to one domain at a time. */
static inline uid_t user_of(uint32_t domain)
{
	return USER_BASE + domain % USER_COUNT;
}

/**
 * user_conflict() - the first user, group or range of a file that a guest's processes would share.
 * @file: in the format of /etc/passwd, /etc/group (@ranges false: the third field is a number), /etc/subuid or
 * /etc/subgid (@ranges true: the second is the first number, the third is the count)
 * @name: gets the first field, cut if it is longer
 *
 * Return: whether there is one.
 */
bool user_conflict(FILE *file, bool ranges, char *name, size_t bytes);
/** user_check() - log a warning for each file of dom0 that gives the guests' users to others, too. */
void user_check(void);

#endif
