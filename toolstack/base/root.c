// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * root.c - mounts of a root directory, and rules of Landlock for the same files.
 * Context: the child of child_fork(); async-signal-safe calls only.
 */
#include "base/root.h"
#include "new_root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_ONLY (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES LANDLOCK_ACCESS_FS_WRITE_FILE
#define ALL_ACCESSES (LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1) /* Landlock's first version */

/*
 * Parts of the system that programs need. Without /dev/null, QEMU does not detect OFD locks. Read-only, it can be
 * written, and its mode in dom0 cannot be changed.
 */
static const struct {
	const char *path;
	uint64_t attributes, accesses;
} parts[] = {
	{ "/usr", READ_ONLY, READS | LANDLOCK_ACCESS_FS_EXECUTE },
	{ "/lib", READ_ONLY, READS | LANDLOCK_ACCESS_FS_EXECUTE },
	{ "/lib64", READ_ONLY, READS | LANDLOCK_ACCESS_FS_EXECUTE },
	{ "/etc/ld.so.cache", READ_ONLY | MOUNT_ATTR_NOEXEC, LANDLOCK_ACCESS_FS_READ_FILE },
	{ "/dev/null", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
	  LANDLOCK_ACCESS_FS_READ_FILE | WRITES },
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

void root_path(uint32_t n, char path[ROOT_PATH])
{
	snprintf(path, ROOT_PATH, "/image/%u", n);
}

static const char *path_of(const struct root *root, uint32_t n, char path[ROOT_PATH])
{
	root_path(n, path);
	return root->file[n].at ? root->file[n].at : path;
}

/* A part of the system; links stay links. */
static bool put_part(size_t part, int *tree)
{
	struct mount_attr attributes = { .attr_set = parts[part].attributes };

	*tree = open_tree(AT_FDCWD, parts[part].path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	return *tree >= 0 && !mount_setattr(*tree, "", AT_EMPTY_PATH, &attributes, sizeof(attributes));
}

static bool put_file(const struct root *root, uint32_t n, int *tree)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC |
						     (root->folder ? MOUNT_ATTR_NODEV : 0) |
						     (root->file[n].writable ? 0 : MOUNT_ATTR_RDONLY) };

	/* Before unshare(): mounts of another namespace cannot be cloned. */
	*tree = open_tree(root->file[n].fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
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

static bool put_system(void)
{
	char target[PATH_MAX];
	struct stat status;

	if (mkdir("etc", 0755) || mkdir("dev", 0755) || mkdir("image", 0755))
		return false;
	for (size_t n = 0; n < PARTS; n++) {
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

const char *root_enter(const struct root *root)
{
	int tree[ROOT_FILES];
	char path[ROOT_PATH];

	for (uint32_t n = 0; n < root->file_count; n++)
		if (!put_file(root, n, &tree[n]))
			return "image";
	if (unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | (root->network ? 0 : CLONE_NEWNET)))
		return "namespaces";
	if (new_root_begin(root->mount_point, "mode=0755,size=1m"))
		return "root";
	if (!put_system())
		return "system";
	for (uint32_t n = 0; n < root->file_count; n++)
		if (!place(tree[n], path_of(root, n, path) + 1, root->folder || root->file[n].directory))
			return "image";
	if (root->folder &&
	    (mkdir("proc", 0555) || mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL)))
		return "proc";
	return new_root_enter() ? "root" : NULL;
}

/* A path that does not exist, or is a link to another part, has no rule. */
static bool allow(int rules, const char *path, uint64_t accesses)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = accesses };
	struct stat status;
	bool good;

	if (lstat(path, &status) || S_ISLNK(status.st_mode))
		return true;
	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	good = rule.parent_fd >= 0 && !syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	return good;
}

/* A directory has the sockets of a server; connecting needs no rule. */
static bool allow_all(int rules, const struct root *root)
{
	char path[ROOT_PATH];

	for (size_t n = 0; n < PARTS; n++)
		if (!allow(rules, parts[n].path, parts[n].accesses))
			return false;
	for (uint32_t n = 0; n < root->file_count; n++)
		if (!root->file[n].directory &&
		    !allow(rules, path_of(root, n, path),
			   LANDLOCK_ACCESS_FS_READ_FILE | (root->file[n].writable ? WRITES : 0)))
			return false;
	return true;
}

const char *root_landlock(const struct root *root)
{
	const struct landlock_ruleset_attr accesses = { .handled_access_fs = ALL_ACCESSES };
	int rules = (int)syscall(SYS_landlock_create_ruleset, &accesses, sizeof(accesses), 0);

	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? NULL : "landlock";
	if (!allow_all(rules, root) || syscall(SYS_landlock_restrict_self, rules, 0))
		return "landlock";
	close(rules);
	return NULL;
}
