// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * folder.c - the command line of virtiofsd, and the folder that it sees.
 */
#include "helper/folder.h"
#include "cleanup.h"
#include "helper/helper.h"
#include "helper/storage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *folder_program(void)
{
	const char *path = getenv("VIMO_VIRTIOFSD");

	return path && *path ? path : "/usr/lib/qemu/virtiofsd";
}

static int refuse(const struct fs_config *folder, const char *why, struct error *err)
{
	error_set(err, ERROR_FAILED, "fs %s: %.600s %s", folder->tag, folder->path, why);
	return error_about(err, "fs");
}

/* Return: a descriptor of no rights but to be mounted, or -1. */
static int folder_open(const struct fs_config *folder, struct error *err)
{
	int fd;

	if (access(folder_program(), X_OK))
		return refuse(folder, "cannot be shared: there is no virtiofsd: install qemu-system-common", err);
	fd = open(folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		return refuse(folder, "is not there: make it, or correct the path", err);
	if (errno == ENOTDIR)
		return refuse(folder, "is not a directory: a file can be shared as a disk", err);
	return refuse(folder, strerror(errno), err);
}

int folder_check(const struct fs_config *folder, struct error *err)
{
	int fd = folder_open(folder, err);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

/*
 * In our root it can leave the folder for nothing but programs and libraries; it changes its root to the
 * folder, too. Guests make no device nodes in dom0.
 */
static pid_t run(const struct storage *storage, struct confine *confine, struct error *err)
{
	char listener[24], options[CONFINE_PATH + 128], path[CONFINE_PATH];
	const char *argv[] = { folder_program(), "-f", listener, "--rlimit-nofile=0", "-o", options, NULL };
	CLEANUP_FD int fd = folder_open(&storage->folder, err);

	if (fd < 0)
		return -1;
	confine->folder = true;
	confine->argv = argv;
	confine->file_count = 1;
	confine->file[0].fd = fd;
	confine->file[0].writable = storage->folder.access == ACCESS_RW;
	confine_path(confine, 0, path);
	snprintf(listener, sizeof(listener), "--fd=%d", CONFINE_FIRST + KEPT_LISTENER);
	snprintf(options, sizeof(options),
		 "source=%s,sandbox=chroot,cache=auto,no_xattr,log_level=warn,modcaps=-mknod:-setfcap", path);
	return confine_spawn(confine, err);
}

void folder_hidden(const char *guest, uint32_t slot, char name[FOLDER_HIDDEN_BYTES])
{
	snprintf(name, FOLDER_HIDDEN_BYTES, ".vimo-%s-%u", guest, slot);
}

/* Links of a guest lead us nowhere: no name but those in this one folder is removed. */
static void clean(const struct storage *storage)
{
	CLEANUP_FD int top = open(storage->folder.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char name[FOLDER_HIDDEN_BYTES];
	struct dirent *entry;
	DIR *dir;
	int fd;

	folder_hidden(storage->guest, storage->slot, name);
	fd = top < 0 || storage->folder.access == ACCESS_RO ?
		     -1 :
		     openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	dir = fdopendir(fd);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlinkat(fd, entry->d_name, 0);
	if (dir)
		closedir(dir);
	else
		close(fd);
	unlinkat(top, name, AT_REMOVEDIR);
}

const struct storage_kind storage_folder = {
	.key = "fs",
	.file = "fs",
	.program = "virtiofsd",
	.once = true,
	.run = run,
	.clean = clean,
};
