/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confine.h - run a program that sees a few files and nothing else.
 */
#ifndef TOOLSTACK_BASE_CONFINE_H
#define TOOLSTACK_BASE_CONFINE_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CONFINE_FILES 16u
#define CONFINE_KEPT 3u
#define CONFINE_PATH 32u
#define CONFINE_FIRST 3 /* the number that the first kept descriptor gets */

/** What it is given. Nothing is taken over. */
struct confine {
	const char *const *argv; /* a program below /usr, by its whole path */
	uint32_t file_count;
	struct {
		int fd; /* opened before; the program opens the same file by its path there */
		bool writable;
		bool directory; /* and what is in it; not below what is mounted there */
		const char *at; /* where; NULL: confine_path() */
	} file[CONFINE_FILES];
	bool folder;      /* each is a folder, with all that is in it; see below */
	const char *user; /* one of its own, without any right; NULL: vimo-dm */
	bool network;     /* it has dom0's */
	uint32_t kept_count;
	int kept[CONFINE_KEPT];     /* descriptors, numbered from CONFINE_FIRST on */
	int output_fd, messages_fd; /* its standard output, -1: with its messages; these */
};

/** confine_path() - the path that a file has for the program. */
void confine_path(const struct confine *confine, uint32_t file, char path[CONFINE_PATH]);
/**
 * confine_spawn() - run it.
 *
 * As root: as user vimo-dm in namespaces of its own, without network unless it is given dom0's. Its root has the files,
 * read-only those that are not writable, and the system's programs and libraries, read-only. It may open each file
 * whoever owns it, which is the one right it has. For a folder it is root instead, sees no process but its own,
 * and may do what files need: be any user, give them away, change its root. With a user of its own it has no right,
 * and can have dom0's network. What cannot be set up it says in messages_fd.
 *
 * Return: its process, or -1.
 */
pid_t confine_spawn(const struct confine *confine, struct error *err);

#endif
