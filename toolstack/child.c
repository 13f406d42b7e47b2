// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * child.c - no signal meets our handlers in a child.
 */
#include "child.h"

#include <signal.h>
#include <unistd.h>

pid_t child_fork(void)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (!pid) {
		for (int number = 1; number < NSIG; number++)
			signal(number, SIG_DFL); /* EINVAL: SIGKILL, SIGSTOP and the C library's own */
		sigemptyset(&old);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}
