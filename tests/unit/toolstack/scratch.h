/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scratch.h - a directory of the test's own, which is its working directory.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *scratch_directory;

/*
 * @directory: as mkdtemp(3) wants it, and as long as the test
 * @variable: of the environment, gets the directory; NULL: none
 */
static inline bool scratch_make(char *directory, const char *variable)
{
	scratch_directory = mkdtemp(directory);
	return scratch_directory && !chdir(directory) && (!variable || !setenv(variable, directory, 1));
}

/* A teardown of a group of tests. */
static inline int scratch_remove(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", scratch_directory);
	return chdir("/") || system(command);
}

#endif
