// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sandbox.c - the rights of vimo-dm, also if a guest takes it over.
 */
#include "dm/sandbox.h"

#include "host/filter.h"
#include "new_root.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/vhost.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vimo/ioctl.h>

/* Threads are started later and inherit all that. vimod has made a PID namespace. */
static int leave_dom0(struct error *err)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS))
		return error_errno(err, "sandbox: namespaces");
	/* Every dom0 has this directory. The new root has no room for a file. */
	if (new_root_begin("/proc", "mode=0555,size=4k,nr_inodes=1") || new_root_enter())
		return error_errno(err, "sandbox: empty root");
	return 0;
}

static int become(uid_t user, struct error *err)
{
	if (geteuid())
		return 0; /* an unprivileged process has no rights to drop */
	if (leave_dom0(err))
		return -1;
	if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user))
		return error_errno(err, "sandbox: user %u", user);
	return 0;
}

static int drop_capabilities(struct error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	if (syscall(SYS_capset, &header, none))
		return error_errno(err, "sandbox: capabilities");
	return 0;
}

static int set_limits(struct error *err)
{
	static const struct {
		int resource;
		rlim_t limit;
	} limits[] = { { RLIMIT_NOFILE, 1024 }, { RLIMIT_CORE, 0 } };

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit = { limits[i].limit, limits[i].limit };

		if (setrlimit(limits[i].resource, &limit))
			return error_errno(err, "sandbox: limits");
	}
	return 0;
}

/*
 * For the loop, sockets, logs, memory, threads, disks and the exit, all on descriptors from vimod: no path is opened,
 * renamed or removed, no socket made, no process signalled. io_uring's rings are made before; each ring has its own
 * restrictions (io_thread.c).
 */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(close),
	SCMP_SYS(dup3), /* a network's next socket, by the number of the last one */
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(accept4),
	SCMP_SYS(shutdown),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(recvmsg),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
	SCMP_SYS(eventfd2),
	SCMP_SYS(pipe2),
	SCMP_SYS(memfd_create), /* rings of helpers */
	SCMP_SYS(ftruncate),    /* and logs */
	SCMP_SYS(fstat),
	SCMP_SYS(lseek),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(sched_yield),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* Calls to the module, and libuv's calls on descriptors. */
static const unsigned long ioctls[] = {
	VIMO_IOC_DOMAIN_INFO,
	VIMO_IOC_CONSOLE_FD,
	VIMO_IOC_IOREQ,
	VIMO_IOC_IRQ,
	VIMO_IOC_CONSOLE_KICK,
	VIMO_IOC_CONTROL, /* pause, when a disk fails; stop, when the guest's kernel panics */
	VIMO_IOC_DEVICE,
	VIMO_IOC_KICK,
	VIMO_IOC_CALL, /* of devices that come and go */
	VIMO_IOC_DISK_FD,
	BLKSSZGET,
	FIONBIO,
	FIOCLEX,
	/* Networks. */
	TUNGETIFF,
	TUNSETQUEUE,
	TUNSETVNETHDRSZ,
	TUNSETVNETLE,
	TUNSETOFFLOAD,
	VHOST_SET_OWNER,
	VHOST_GET_FEATURES,
	VHOST_SET_FEATURES,
	VHOST_SET_MEM_TABLE,
	VHOST_SET_VRING_NUM,
	VHOST_SET_VRING_BASE,
	VHOST_SET_VRING_ADDR,
	VHOST_SET_VRING_KICK,
	VHOST_SET_VRING_CALL,
	VHOST_SET_VRING_ERR,
	VHOST_NET_SET_BACKEND,
	VHOST_VSOCK_SET_RUNNING,
};

/* fcntl()'s commands: not the owner of a descriptor, whom the kernel signals, nor a pipe's size. */
static const int fcntls[] = { F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_ADD_SEALS };

static int filter_fcntl(scmp_filter_ctx context)
{
	int status = 0;

	for (size_t n = 0; !status && n < sizeof(fcntls) / sizeof(fcntls[0]); n++)
		status = seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
					  SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)fcntls[n], 0));
	return status;
}

static int filter_rest(scmp_filter_ctx context)
{
	/* ioctl() is first, since a guest's access waits for it. */
	int status = seccomp_syscall_priority(context, SCMP_SYS(ioctl), 255);

	if (!status)
		status = filter_fcntl(context);
	/* Threads, not processes. clone3's flags cannot be seen: without it, libc uses clone. */
	if (!status)
		status = seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
					  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (!status)
		status = seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* fstat() is such a call in some C libraries. A path beside the flag leads to numbers only, never to a file. */
	if (!status)
		status = seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
					  SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
	if (!status)
		status = seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(statx), 1,
					  SCMP_A2(SCMP_CMP_EQ, AT_EMPTY_PATH, 0));
	/* abort() signals its own thread. */
	if (!status)
		status = seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
					  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	return status;
}

int sandbox_enter(uid_t user, struct error *err)
{
	static const struct filter filter = { .calls = allowed,
					      .call_count = sizeof(allowed) / sizeof(allowed[0]),
					      .ioctls = ioctls,
					      .ioctl_count = sizeof(ioctls) / sizeof(ioctls[0]),
					      .add = filter_rest };

	if (set_limits(err) || become(user, err) || drop_capabilities(err))
		return -1;
	return filter_load(&filter, err);
}
