// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * confine.c - users, rights, limits and descriptors of qemu-storage-daemon, qemu-img, virtiofsd and vimo-slirp. The
 * first two open images of any user by path, and parse what guests wrote.
 */
#include "base/confine.h"
#include "base/child.h"
#include "base/deny.h"
#include "base/process.h"
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEEP RLIM_INFINITY /* vimod's own limit */

/*
 * What each kind of program may have. As bits: CAP_DAC_OVERRIDE of an image's program opens files in its root, where
 * only images have an owner that matters; virtiofsd uses CAP_SETPCAP to give up its last two rights.
 */
static const struct {
	uint64_t rights;
	rlim_t open_files, tasks, memory, file_bytes, seconds;
} kinds[] = {
	[CONFINE_IMAGES] = { 1ull << CAP_DAC_OVERRIDE, 1024, 2048, KEEP, KEEP, KEEP },
	[CONFINE_READING] = { 1ull << CAP_DAC_OVERRIDE, 1024, 2048, 4ull << 30, 0, 60 },
	[CONFINE_CHANGING] = { 1ull << CAP_DAC_OVERRIDE, 1024, 2048, 4ull << 30, KEEP, 600 },
	[CONFINE_FOLDER] = { 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_CHOWN | 1ull << CAP_FOWNER | 1ull << CAP_FSETID |
				     1ull << CAP_SETUID | 1ull << CAP_SETGID | 1ull << CAP_SYS_CHROOT |
				     1ull << CAP_SETPCAP,
			     400000 /* more than vimo-dm lets a guest have open */, KEEP, KEEP, KEEP, KEEP },
	[CONFINE_NETWORK] = { 0, 1024, 2048, KEEP, 0, KEEP },
};

void confine_path(const struct confine *confine, uint32_t file, char path[CONFINE_PATH])
{
	if (geteuid())
		snprintf(path, CONFINE_PATH, "/proc/self/fd/%u", CONFINE_FIRST + confine->kept_count + file);
	else
		root_path(file, path);
}

/*
 * From here on in the child of child_fork(): async-signal-safe calls only. The functions return NULL, or the name of
 * the step that failed, with errno.
 */
static const char *keep_rights(uid_t user, uint64_t rights)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	uint32_t low = (uint32_t)rights, high = (uint32_t)(rights >> 32);
	struct __user_cap_data_struct sets[2] = { { low, low, low }, { high, high, high } };

	for (int right = 0; right <= CAP_LAST_CAP; right++)
		if (!(rights >> right & 1) && prctl(PR_CAPBSET_DROP, right, 0, 0, 0) && errno != EINVAL)
			return "bounding set";
	if (setgroups(0, NULL))
		return "groups";
	if (user && (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setresgid(user, user, user) || setresuid(user, user, user)))
		return "user";
	if (syscall(SYS_capset, &header, sets))
		return "capabilities";
	for (int right = 0; user && right <= CAP_LAST_CAP; right++) /* root has them without */
		if (rights >> right & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, right, 0, 0))
			return "capabilities";
	return NULL;
}

/* Only a program that is not confined, because vimod is not root, opens files by their descriptors. */
static bool inherits(const struct confine *confine, uint32_t file)
{
	return geteuid() || confine->file[file].held;
}

/* All others are closed. *gate gets a number behind those of the program. */
static const char *number_descriptors(const struct confine *confine, int *gate)
{
	int moved[CONFINE_KEPT + CONFINE_FILES], next = CONFINE_FIRST;
	const int above = CONFINE_FIRST + CONFINE_KEPT + CONFINE_FILES + 1; /* all numbers that they get */
	uint32_t count = 0;

	*gate = confine->gate_fd < 0 ? -1 : fcntl(confine->gate_fd, F_DUPFD_CLOEXEC, above);
	for (uint32_t n = 0; n < confine->kept_count + confine->file_count; n++)
		if (n < confine->kept_count || inherits(confine, n - confine->kept_count))
			moved[count++] = fcntl(n < confine->kept_count ? confine->kept[n] :
									 confine->file[n - confine->kept_count].fd,
					       F_DUPFD_CLOEXEC, above);
	for (uint32_t n = 0; n < count; n++)
		if (dup2(moved[n], next++) < 0)
			return "descriptors";
	if (confine->gate_fd >= 0)
		*gate = dup3(*gate, next++, O_CLOEXEC);
	return (confine->gate_fd >= 0 && *gate < 0) || close_range((unsigned int)next, ~0u, 0) ? "descriptors" : NULL;
}

static bool limit_one(int resource, rlim_t most)
{
	struct rlimit limit = { most, most }, now;

	if (most == KEEP || !setrlimit(resource, &limit))
		return true;
	/* Without rights, vimod's own limit is the most. */
	return !getrlimit(resource, &now) && now.rlim_max < most;
}

static const char *limit(enum confine_kind kind)
{
	return limit_one(RLIMIT_CORE, 0) && limit_one(RLIMIT_NOFILE, kinds[kind].open_files) &&
			       limit_one(RLIMIT_NPROC, geteuid() ? KEEP : kinds[kind].tasks) &&
			       limit_one(RLIMIT_AS, kinds[kind].memory) &&
			       limit_one(RLIMIT_FSIZE, kinds[kind].file_bytes) &&
			       limit_one(RLIMIT_CPU, kinds[kind].seconds) && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ?
		       NULL :
		       "limits";
}

static const char *output_descriptors(const struct confine *confine)
{
	return dup2(confine->messages_fd, STDERR_FILENO) >= 0 &&
			       dup2(confine->output_fd < 0 ? STDERR_FILENO : confine->output_fd, STDOUT_FILENO) >= 0 ?
		       NULL :
		       "descriptors";
}

/* In the new root: a file of dom0's mounts could be changed through its descriptor. */
static const char *input_descriptor(void)
{
	int none = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return none >= 0 && dup2(none, STDIN_FILENO) >= 0 ? NULL : "descriptors";
}

static void run_child(const struct confine *confine, const char *const argv[], const char *mount_point,
		      const struct sock_fprog *filter)
{
	const struct root root = { mount_point, confine->file, confine->file_count, confine->kind == CONFINE_FOLDER,
				   confine->network };
	bool may_confine = !geteuid();
	const char *problem = output_descriptors(confine);
	int gate = -1;

	if (!problem && may_confine)
		problem = root_enter(&root);
	if (!problem)
		problem = input_descriptor();
	if (!problem)
		problem = number_descriptors(confine, &gate);
	if (!problem)
		problem = limit(confine->kind);
	if (!problem && may_confine)
		problem = keep_rights(confine->kind == CONFINE_FOLDER ? 0 : confine->user, kinds[confine->kind].rights);
	if (!problem && may_confine && confine->kind != CONFINE_FOLDER)
		problem = root_landlock(&root);
	if (!problem && filter && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter))
		problem = "system call filter";
	if (!problem) {
		if (gate >= 0)
			process_pass(gate);
		execv(argv[0], (char *const *)argv);
		problem = argv[0];
	}
	child_fail(STDERR_FILENO, "cannot run the program: ", problem);
}

static enum deny_kind deny_kind(const struct confine *confine)
{
	if (confine->kind == CONFINE_FOLDER)
		return DENY_FOLDER;
	if (confine->kind == CONFINE_READING || confine->kind == CONFINE_CHANGING)
		return DENY_READING;
	return confine->network ? DENY_NETWORK : DENY_FILES;
}

pid_t confine_spawn(const struct confine *confine, const char *const argv[], struct error *err)
{
	const struct sock_fprog *filter = NULL;
	pid_t pid;

	/* vimo-slirp has a stricter filter before it has a frame. */
	if (confine->kind != CONFINE_NETWORK && !(filter = deny_program(deny_kind(confine))))
		return error_errno(err, "system call filter of %s", argv[0]);
	pid = child_fork(geteuid() ? 0 : CLONE_NEWPID);
	if (!pid)
		run_child(confine, argv, store_root(), filter);
	if (pid < 0)
		return error_set(err, ERROR_RESOURCES, "cannot start %s: %s", argv[0], strerror(errno));
	return pid;
}
