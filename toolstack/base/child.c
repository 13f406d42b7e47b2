// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * child.c - vimod's signal handlers do not run in a child.
 */
#include "base/child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

pid_t child_fork(unsigned long namespaces)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = namespaces ? (pid_t)syscall(SYS_clone, namespaces | SIGCHLD, NULL, NULL, NULL, NULL) : fork();
	if (!pid) {
		for (int number = 1; number < NSIG; number++)
			signal(number, SIG_DFL); /* EINVAL for SIGKILL, SIGSTOP and the C library's own */
		sigemptyset(&old);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}

static struct iovec piece(const char *text)
{
	return (struct iovec){ (char *)text, strlen(text) };
}

void child_fail(int fd, const char *before, const char *what)
{
	const char *why = strerrordesc_np(errno); /* AS-Safe in glibc, which strerror() is not */
	const struct iovec line[] = { piece(before), piece(what), piece(": "), piece(why ? why : "?"), piece("\n") };

	_exit(writev(fd, line, sizeof(line) / sizeof(line[0])) < 0 ? 126 : 127);
}
