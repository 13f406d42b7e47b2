// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deny.c - a seccomp filter for QEMU's programs. qemu-storage-daemon and qemu-img have no filter of their own, and
 * virtiofsd has a thread that starts before its filter. QEMU's calls differ from version to version, so the filter
 * lists calls that are denied, not calls that are allowed.
 */
#include "base/deny.h"
#include "cleanup.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <scsi/sg.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEWEST 450u /* set_mempolicy_home_node: from 424 on, all machines have the same numbers */

static const int denied[] = {
	/* Other processes. */
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(process_madvise),
	SCMP_SYS(process_mrelease),
	SCMP_SYS(kcmp),
	SCMP_SYS(pidfd_open),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(pidfd_send_signal),
	SCMP_SYS(migrate_pages),
	SCMP_SYS(move_pages),
	/* Mounts and namespaces. */
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(open_tree),
	SCMP_SYS(move_mount),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount),
	SCMP_SYS(fspick),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(setns),
	/* Files by another way than a path. */
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(name_to_handle_at),
	SCMP_SYS(fanotify_init),
	SCMP_SYS(fanotify_mark),
	/* Parts of the kernel with a history of faults. QEMU does without io_uring. */
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(keyctl),
	SCMP_SYS(vmsplice),
	SCMP_SYS(lookup_dcookie),
	SCMP_SYS(nfsservctl),
	SCMP_SYS(personality),
	/* The machine. */
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(quotactl_fd),
	SCMP_SYS(syslog),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(vhangup),
};
/* What virtiofsd does for a guest in its folder, and when it starts. An image must not become a program of root. */
static const int denied_without_folder[] = {
	SCMP_SYS(chroot),    SCMP_SYS(unshare),   SCMP_SYS(chmod),       SCMP_SYS(fchmod),       SCMP_SYS(fchmodat),
	SCMP_SYS(chown),     SCMP_SYS(lchown),    SCMP_SYS(fchown),      SCMP_SYS(fchownat),     SCMP_SYS(setxattr),
	SCMP_SYS(lsetxattr), SCMP_SYS(fsetxattr), SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr),
	SCMP_SYS(mknod),     SCMP_SYS(mknodat),
};
/* virtiofsd's threads leave each other's working directory by unshare(CLONE_FS). */
static const scmp_datum_t namespaces[] = {
	CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
	CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET, CLONE_NEWTIME,
};

/* The families of sockets that a program may make: AF_UNIX for an NBD server that is a file of its root. A program with
 * dom0's network must not reach dom0's abstract sockets.
 */
static const struct {
	bool unix_files, internet;
} families[] = {
	[DENY_READING] = { false, false },
	[DENY_FOLDER] = { false, false },
	[DENY_FILES] = { true, false },
	[DENY_NETWORK] = { false, true },
};

static int deny_sockets(scmp_filter_ctx context, enum deny_kind kind)
{
	int status = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
				      SCMP_A0(SCMP_CMP_GT, AF_INET6, 0));

	for (unsigned int family = 0; family <= AF_INET6 && !status; family++)
		if (!(family == AF_UNIX                       ? families[kind].unix_files :
		      family == AF_INET || family == AF_INET6 ? families[kind].internet :
								false))
			status = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
						  SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffff, family));
	return status;
}

static int deny_all(scmp_filter_ctx context, const int *calls, size_t count)
{
	int status = 0;

	for (size_t n = 0; n < count && !status; n++)
		status = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), calls[n], 0);
	return status;
}

static int deny_namespaces(scmp_filter_ctx context)
{
	int status = 0;

	for (size_t n = 0; n < sizeof(namespaces) / sizeof(namespaces[0]) && !status; n++)
		status = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare), 1,
					  SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces[n], namespaces[n]));
	return status;
}

static int fill(scmp_filter_ctx context, enum deny_kind kind)
{
	int status = deny_sockets(context, kind);

	if (!status)
		status = deny_all(context, denied, sizeof(denied) / sizeof(denied[0]));
	if (!status && kind == DENY_FOLDER)
		status = deny_namespaces(context);
	else if (!status)
		status = deny_all(context, denied_without_folder,
				  sizeof(denied_without_folder) / sizeof(denied_without_folder[0]));
	/* Threads, not processes and no namespaces. clone3's flags cannot be seen: without it, libc uses clone. */
	if (!status)
		status = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
					  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	if (!status)
		status = seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* Commands straight to a disk's controller, and words into a terminal. */
	if (!status)
		status = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
					  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, SG_IO));
	if (!status)
		status = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
					  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, TIOCSTI));
	return status;
}

/* libseccomp's own program after the check for newer calls. Return: 0 or a negative errno. */
static int export(scmp_filter_ctx context, struct sock_fprog *program)
{
	static const struct sock_filter newer[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, NEWEST, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	const size_t first = sizeof(newer) / sizeof(newer[0]);
	CLEANUP_FD int fd = memfd_create("filter", MFD_CLOEXEC);
	struct sock_filter *code = NULL;
	struct stat status;
	int result = fd < 0 ? -errno : seccomp_export_bpf(context, fd);

	if (result)
		return result;
	if (fstat(fd, &status) || !(code = malloc(sizeof(newer) + (size_t)status.st_size)) ||
	    pread(fd, code + first, (size_t)status.st_size, 0) != status.st_size) {
		free(code);
		return -ENOMEM;
	}
	for (size_t n = 0; n < first; n++)
		code[n] = newer[n];
	program->filter = code;
	program->len = (unsigned short)(first + (size_t)status.st_size / sizeof(*code));
	return 0;
}

static struct {
	struct sock_fprog program;
	int problem;
} made[DENY_KINDS];

static void make(void)
{
	for (enum deny_kind kind = 0; kind < DENY_KINDS; kind++) {
		scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);

		made[kind].problem = context ? fill(context, kind) : -ENOMEM;
		if (!made[kind].problem)
			made[kind].problem = export(context, &made[kind].program);
		if (context)
			seccomp_release(context);
	}
}

const struct sock_fprog *deny_program(enum deny_kind kind)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make);
	errno = -made[kind].problem;
	return made[kind].problem ? NULL : &made[kind].program;
}
