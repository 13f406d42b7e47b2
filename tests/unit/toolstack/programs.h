/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * programs.h - for tests that run real programs. Include it behind cmocka.h.
 */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void shell(const char *command)
{
	if (system(command))
		fail_msg("%s", command);
}

/* Whether programs can be confined here: root must be able to make namespaces; other users confine nothing. */
static inline bool can_confine(void)
{
	pid_t pid = fork();
	int status = 1;

	if (!pid)
		_exit(!geteuid() &&
		      (unshare(CLONE_NEWNS | CLONE_NEWNET) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)));
	waitpid(pid, &status, 0);
	return !status;
}

#endif
