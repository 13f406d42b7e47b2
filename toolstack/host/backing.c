// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * backing.c - files are compared once they are found: links on the way to a file lead nowhere else then.
 */
#include "host/backing.h"
#include "cleanup.h"
#include "config/settings.h"
#include "host/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool same_file(int fd, const char *path)
{
	struct stat one, other;

	return !fstat(fd, &one) && !stat(path, &other) && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static bool is_named(const struct disk_config *disk, int fd)
{
	const char *rest = disk->backing;
	char path[PATH_MAX];

	while (keys_next_path(&rest, path))
		if (same_file(fd, path))
			return true;
	return false;
}

/* The path of an open file, without links. */
static bool path_of(int fd, char path[PATH_MAX])
{
	char link[32];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, PATH_MAX - 1);
	path[length > 0 ? length : 0] = '\0';
	return *path == '/';
}

/* Return: a descriptor of @path, if it lies beneath @directory; or -1. */
static int open_beneath(const char *directory, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };
	CLEANUP_FD int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char root[PATH_MAX];
	size_t length;

	if (fd < 0 || !path_of(fd, root))
		return -1;
	length = root[1] ? strlen(root) : 0;
	if (strncmp(path, root, length) || path[length] != '/')
		return -1;
	return (int)syscall(SYS_openat2, fd, path + length + 1, &how, sizeof(how));
}

/* Return: a descriptor of the file with the resolved @path, if a listed directory has it; or -1. */
static int find_listed(const struct settings *settings, const char *path)
{
	const char *rest = settings->backing_directories;
	char directory[PATH_MAX];
	int fd = -1;

	while (fd < 0 && keys_next_path(&rest, directory))
		fd = open_beneath(directory, path);
	return fd;
}

/* The record keeps the path: the next vimod opens the same file. */
static void remember(struct disk_config *disk, const char *path)
{
	size_t used = strlen(disk->backing);

	if (used + strlen(path) + 2 <= sizeof(disk->backing))
		sprintf(disk->backing + used, "%s\n", path);
}

int backing_find(struct disk_config *disk, const char *image, struct error *err)
{
	CLEANUP_FD int found = disk_find(disk, err);
	struct settings settings;
	char path[PATH_MAX];
	int fd;

	if (found < 0)
		return -1;
	if (is_named(disk, found))
		return fcntl(found, F_DUPFD_CLOEXEC, 0);
	if (settings_read(&settings, err))
		return error_about(err, "disk");
	fd = path_of(found, path) ? find_listed(&settings, path) : -1;
	if (fd >= 0) {
		remember(disk, path);
		return fd;
	}
	return error_key(
		err, ERROR_FAILED, "disk",
		"disk %s: %.250s is based on %.250s, which is not allowed: write backing = [ \"%.250s\" ] for the "
		"disk, or list its directory in backing_directories of /etc/vimo/vimod.conf",
		disk->vdev, image, disk->target, disk->target);
}
