/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * root.h - a root directory with a few files, and nothing else.
 */
#ifndef TOOLSTACK_BASE_ROOT_H
#define TOOLSTACK_BASE_ROOT_H

#include <stdbool.h>
#include <stdint.h>

#define ROOT_FILES 16u
#define ROOT_PATH 32u

/** A file of dom0 that a confined program opens by its path in the root. */
struct root_file {
	int fd; /* the open file */
	bool writable;
	bool directory; /* with its contents, mounts below it excepted */
	bool held;      /* the program inherits fd, which has the lock of the file */
	const char *at; /* the path; NULL: root_path() */
};

struct root {
	const char *mount_point; /* any directory */
	const struct root_file *file;
	uint32_t file_count;
	bool folder;  /* each file is a folder with its contents; the root has a /proc, of the caller's PID namespace */
	bool network; /* the caller stays in dom0's network */
};

/** root_path() - the path of file @n in the root. Async-signal-safe. */
void root_path(uint32_t n, char path[ROOT_PATH]);
/**
 * root_enter() - make the root in a mount namespace of its own, and enter it; IPC, UTS and network namespaces become
 * new, too. The root has the files, read-only unless writable, and the system's programs and libraries,
 * read-only.
 *
 * The caller is root, and the child of child_fork(): async-signal-safe.
 * Return: NULL, or the name of the step that failed, with errno.
 */
const char *root_enter(const struct root *root);
/**
 * root_landlock() - allow the caller to open the root's files only, as the root has them, by Landlock. The mounts
 * allow no more; Landlock holds as well for block devices, which a read-only mount does not protect, and for a caller
 * that may open files of any owner. Without Landlock in the kernel it does nothing. Async-signal-safe.
 *
 * The caller has PR_SET_NO_NEW_PRIVS. Return: as root_enter().
 */
const char *root_landlock(const struct root *root);

#endif
