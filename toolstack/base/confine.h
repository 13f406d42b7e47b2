/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * confine.h - run a program that sees a few files and nothing else.
 */
#ifndef TOOLSTACK_BASE_CONFINE_H
#define TOOLSTACK_BASE_CONFINE_H

#include "base/root.h"
#include "error.h"

#include <sys/types.h>

#define CONFINE_FILES ROOT_FILES
#define CONFINE_KEPT 2u
#define CONFINE_PATH ROOT_PATH
#define CONFINE_FIRST 3 /* the number of the first kept descriptor */

enum confine_kind {
	CONFINE_IMAGES,   /* a program of QEMU's that opens images of any user, and has no filter of its own */
	CONFINE_READING,  /* the same, and it only reads one image's information */
	CONFINE_CHANGING, /* the same, and it changes one image */
	CONFINE_FOLDER,   /* virtiofsd: each file is a folder with its contents */
	CONFINE_NETWORK,  /* a program that has a filter of its own, and needs no right */
};

/** A program's rights. The caller keeps all descriptors. */
struct confine {
	enum confine_kind kind;
	uid_t user; /* user_of() the guest; a folder's program is root */
	uint32_t file_count;
	struct root_file file[CONFINE_FILES];
	bool network; /* the program has dom0's network */
	uint32_t kept_count;
	int kept[CONFINE_KEPT];     /* descriptors, numbered from CONFINE_FIRST on */
	int output_fd, messages_fd; /* standard output, -1: as standard error; standard error */
	int gate_fd;                /* process_pass() before the program; -1: none */
};

/** confine_path() - the path that a file has for the program. */
void confine_path(const struct confine *confine, uint32_t file, char path[CONFINE_PATH]);
/**
 * confine_spawn() - run a program. Any thread.
 * @argv: a program below /usr, by its absolute path; its arguments; NULL
 *
 * If vimod is root, the program is the guest's user in namespaces of its own, without network unless it is given
 * dom0's. It sees no process but its own. Its root has the files, read-only unless writable, and the system's programs
 * and libraries, read-only. It inherits standard input (/dev/null), output and error, the kept descriptors and files
 * that are held. For images, its one right is to open each file whatever the file's owner, and Landlock and a filter
 * take what the root leaves. For a folder it is root instead, and may do what files need: act as any user, change
 * owners, change its root. For a network it has no right.
 * The program's messages_fd gets a line if a step fails in the child.
 *
 * Return: the process, or -1.
 */
pid_t confine_spawn(const struct confine *confine, const char *const argv[], struct error *err);

#endif
