// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * confine.c - a root directory of its own for qemu-storage-daemon, qemu-img, virtiofsd and vimo-slirp. The first two
 * open images of any user by path, and parse what guests wrote.
 */
#include "base/confine.h"
#include "base/child.h"
#include "base/process.h"
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES 1024
#define FOLDER_FILES 400000 /* more than vimo-dm lets a guest have open */

/* As bits. */
static const uint64_t image_rights = 1ull << CAP_DAC_OVERRIDE;
static const uint64_t folder_rights = 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_CHOWN | 1ull << CAP_FOWNER |
				      1ull << CAP_FSETID | 1ull << CAP_SETUID | 1ull << CAP_SETGID | 1ull << CAP_MKNOD |
				      1ull << CAP_SETFCAP | 1ull << CAP_SYS_CHROOT |
				      1ull << CAP_SETPCAP; /* virtiofsd uses it to give up the last four */

/* Parts of the system that programs need. Without /dev/null, QEMU does not detect OFD locks. */
static const struct {
	const char *path;
	uint64_t attributes;
} parts[] = {
	{ "/usr", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV },
	{ "/lib", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV },
	{ "/lib64", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV },
	{ "/etc/ld.so.cache", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC },
	{ "/dev/null", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC },
};

void confine_path(const struct confine *confine, uint32_t file, char path[CONFINE_PATH])
{
	if (geteuid())
		snprintf(path, CONFINE_PATH, "/proc/self/fd/%u", CONFINE_FIRST + confine->kept_count + file);
	else
		snprintf(path, CONFINE_PATH, "/image/%u", file);
}

/*
 * From here on in the child of child_fork(): async-signal-safe calls only. The functions return NULL, or the name of
 * the step that failed, with errno.
 */
static const char *keep_rights(const struct passwd *user, uint64_t rights)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	uint32_t low = (uint32_t)rights, high = (uint32_t)(rights >> 32);
	struct __user_cap_data_struct sets[2] = { { low, low, low }, { high, high, high } };

	for (int right = 0; right <= CAP_LAST_CAP; right++)
		if (!(rights >> right & 1) && prctl(PR_CAPBSET_DROP, right, 0, 0, 0) && errno != EINVAL)
			return "bounding set";
	if (setgroups(0, NULL))
		return "groups";
	if (user && (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
		     setresuid(user->pw_uid, user->pw_uid, user->pw_uid)))
		return "user";
	if (syscall(SYS_capset, &header, sets))
		return "capabilities";
	for (int right = 0; user && right <= CAP_LAST_CAP; right++) /* root has them without */
		if (rights >> right & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, right, 0, 0))
			return "capabilities";
	return NULL;
}

/* A part of the system; links stay links. */
static bool put_part(size_t part, int *tree)
{
	struct mount_attr attributes = { .attr_set = parts[part].attributes };

	*tree = open_tree(AT_FDCWD, parts[part].path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return *tree >= 0 && !mount_setattr(*tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes));
}

static bool put_image(const struct confine *confine, uint32_t n, int *tree)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC |
						     (confine->folder ? MOUNT_ATTR_NODEV : 0) |
						     (confine->file[n].writable ? 0 : MOUNT_ATTR_RDONLY) };

	/* Before unshare(): mounts of another namespace cannot be cloned. */
	*tree = open_tree(confine->file[n].fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	return *tree >= 0 && !mount_setattr(*tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes));
}

/* Below the new root, which is the working directory. */
static bool place(int tree, const char *at, bool directory)
{
	int fd = -1;

	if (directory ? mkdir(at, 0755) : (fd = open(at, O_CREAT | O_WRONLY | O_CLOEXEC, 0644)) < 0)
		return false;
	if (fd >= 0)
		close(fd);
	return !move_mount(tree, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH);
}

static bool build_root(void)
{
	char target[PATH_MAX];
	struct stat status;

	if (mkdir("etc", 0755) || mkdir("dev", 0755) || mkdir("image", 0755))
		return false;
	for (size_t n = 0; n < sizeof(parts) / sizeof(parts[0]); n++) {
		const char *part = parts[n].path;
		ssize_t length = readlink(part, target, sizeof(target) - 1);
		int tree;

		if (length > 0) {
			target[length] = '\0';
			if (symlink(target, part + 1))
				return false;
		} else if (!stat(part, &status) &&
			   (!put_part(n, &tree) || !place(tree, part + 1, S_ISDIR(status.st_mode)))) {
			return false;
		}
	}
	return true;
}

static const char *change_root(const struct confine *confine, const char *mount_point)
{
	int tree[CONFINE_FILES];
	char path[CONFINE_PATH];

	for (uint32_t n = 0; n < confine->file_count; n++)
		if (!put_image(confine, n, &tree[n]))
			return "image";
	if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | (confine->network ? 0 : CLONE_NEWNET)))
		return "namespaces";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", mount_point, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m") || chdir(mount_point))
		return "root";
	if (!build_root())
		return "system";
	for (uint32_t n = 0; n < confine->file_count; n++) {
		const char *at = confine->file[n].at ? confine->file[n].at : path;

		confine_path(confine, n, path);
		if (!place(tree[n], at + 1, confine->folder || confine->file[n].directory))
			return "image";
	}
	/* Of the new PID namespace. */
	if (confine->folder &&
	    (mkdir("proc", 0555) || mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL)))
		return "proc";
	/* Not pivot_root(): it does not work on an initial RAM disk. */
	if (mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) ||
	    mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		return "root";
	return NULL;
}

/* All others are closed. *gate gets a number behind those of the program. */
static const char *number_descriptors(const struct confine *confine, int *gate)
{
	uint32_t count = confine->kept_count + confine->file_count;
	int moved[CONFINE_KEPT + CONFINE_FILES], next = CONFINE_FIRST + (int)count;

	/* Above the numbers that they get. */
	*gate = confine->gate_fd < 0 ? -1 : fcntl(confine->gate_fd, F_DUPFD_CLOEXEC, next + 1);
	for (uint32_t n = 0; n < count; n++)
		moved[n] = fcntl(n < confine->kept_count ? confine->kept[n] : confine->file[n - confine->kept_count].fd,
				 F_DUPFD_CLOEXEC, next + 1);
	for (uint32_t n = 0; n < count; n++)
		if (dup2(moved[n], CONFINE_FIRST + (int)n) < 0)
			return "descriptors";
	if (confine->gate_fd >= 0)
		*gate = dup3(*gate, next++, O_CLOEXEC);
	return (confine->gate_fd >= 0 && *gate < 0) || close_range((unsigned int)next, ~0u, 0) ? "descriptors" : NULL;
}

/* @most open files, or vimod's own limit. */
static bool limit(rlim_t most)
{
	const struct rlimit no_core = { 0, 0 };
	struct rlimit files = { most, most }, now;

	if (setrlimit(RLIMIT_CORE, &no_core) || getrlimit(RLIMIT_NOFILE, &now))
		return false;
	if (!setrlimit(RLIMIT_NOFILE, &files))
		return true;
	now.rlim_cur = now.rlim_max;
	return !setrlimit(RLIMIT_NOFILE, &now);
}

static void run_child(const struct confine *confine, const char *mount_point, const struct passwd *user)
{
	const char *problem = NULL;
	int gate = -1;

	if (dup2(confine->messages_fd, STDERR_FILENO) < 0 ||
	    dup2(confine->output_fd < 0 ? STDERR_FILENO : confine->output_fd, STDOUT_FILENO) < 0)
		problem = "descriptors";
	if (!problem && user)
		problem = change_root(confine, mount_point);
	if (!problem)
		problem = number_descriptors(confine, &gate);
	if (!problem && (!limit(confine->folder ? FOLDER_FILES : FILES) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
		problem = "limits";
	if (!problem && user)
		problem = keep_rights(confine->folder ? NULL : user, confine->folder ? folder_rights :
								     confine->user   ? 0 :
										       image_rights);
	if (!problem) {
		if (gate >= 0)
			process_pass(gate);
		execv(confine->argv[0], (char *const *)confine->argv);
		problem = confine->argv[0];
	}
	child_fail(STDERR_FILENO, "cannot run the program: ", problem);
}

pid_t confine_spawn(const struct confine *confine, struct error *err)
{
	const char *name = confine->user ? confine->user : "vimo-dm";
	struct passwd entry, *user = NULL;
	char buffer[4096];
	pid_t pid;

	if (!geteuid() && (getpwnam_r(name, &entry, buffer, sizeof(buffer), &user) || !user))
		return error_set(err, ERROR_FAILED, "user %s does not exist: run systemd-sysusers, which makes it",
				 name);
	/* virtiofsd sees no process but itself. */
	pid = child_fork(confine->folder && user ? CLONE_NEWPID : 0);
	if (!pid)
		run_child(confine, store_root(), user);
	if (pid < 0)
		return error_set(err, ERROR_RESOURCES, "cannot start %s: %s", confine->argv[0], strerror(errno));
	return pid;
}
