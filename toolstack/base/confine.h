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
#define CONFINE_KEPT 2u
#define CONFINE_PATH 32u
#define CONFINE_FIRST 3 /* the number of the first kept descriptor */

/** The program and its rights. The caller keeps all descriptors. */
struct confine {
	const char *const *argv; /* a program below /usr, by its absolute path */
	uint32_t file_count;
	struct {
		int fd; /* the open file; the program opens the same file by its path in the root */
		bool writable;
		bool directory; /* with its contents, mounts below it excepted */
		const char *at; /* the path; NULL: confine_path() */
	} file[CONFINE_FILES];
	bool folder;      /* each file is a folder with its contents; see below */
	const char *user; /* the program's own user, without rights; NULL: vimo-dm */
	bool network;     /* the program has dom0's network */
	uint32_t kept_count;
	int kept[CONFINE_KEPT];     /* descriptors, numbered from CONFINE_FIRST on */
	int output_fd, messages_fd; /* standard output, -1: as standard error; standard error */
	int gate_fd;                /* process_pass() before the program; -1: none */
};

/** confine_path() - the path that a file has for the program. */
void confine_path(const struct confine *confine, uint32_t file, char path[CONFINE_PATH]);
/**
 * confine_spawn() - run the program. Any thread.
 *
 * If vimod is root, the program is user vimo-dm in namespaces of its own, without network unless it is given dom0's.
 * Its root has the files, read-only unless writable, and the system's programs and libraries, read-only. Its one right
 * is to open each file whatever the file's owner. For a folder it is root instead, sees no process but itself, and may
 * do what files need: act as any user, change owners, change its root. With a user of its own it has no right.
 * The program has the descriptors that are named here and no other. Its messages_fd gets a line if a step fails in the
 * child.
 *
 * Return: the process, or -1.
 */
pid_t confine_spawn(const struct confine *confine, struct error *err);

#endif
