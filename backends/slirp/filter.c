// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * filter.c - allowed system calls. vimod dropped all other rights before.
 */
#include "slirp/slirp.h"

#include "host/filter.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>

static const int allowed[] = {
	/* Sockets, of the families below. */
	SCMP_SYS(bind),
	SCMP_SYS(connect),
	SCMP_SYS(listen),
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(fcntl),
	/* /etc/resolv.conf, the only file beside libraries. */
	SCMP_SYS(openat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(statx),
	SCMP_SYS(fstat),
	SCMP_SYS(lseek),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};
static const int families[] = { AF_INET, AF_INET6 };
static const unsigned long ioctls[] = { FIONREAD, FIONBIO };

static int add_families(scmp_filter_ctx context)
{
	int status = 0;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]) && !status; i++)
		status = seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
					  SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffff, (scmp_datum_t)families[i]));
	return status;
}

int filter_enter(struct error *err)
{
	static const struct filter filter = { .calls = allowed,
					      .call_count = sizeof(allowed) / sizeof(allowed[0]),
					      .ioctls = ioctls,
					      .ioctl_count = sizeof(ioctls) / sizeof(ioctls[0]),
					      .add = add_families };

	return filter_load(&filter, err);
}
