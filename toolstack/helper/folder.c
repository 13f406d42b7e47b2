// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * folder.c - the command line of virtiofsd, and the folder that it sees.
 */
#include "helper/folder.h"
#include "cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * QEMU's virtiofsd (until QEMU 7.2, Debian 12) takes what the one in Rust (Debian 13) does in options of its own. Both
 * leave extended attributes and locks alone without further options, and keep no more rights than these.
 */
enum { ARGUMENTS = 8 };
#define RIGHTS "modcaps=-mknod:-setfcap"

static const char qemus[] = "/usr/lib/qemu/virtiofsd";
static const char in_rust[] = "/usr/libexec/virtiofsd";

/* dom0 has one of the two: their packages exclude each other. */
static const char *folder_program(void)
{
	const char *path = getenv("VIMO_VIRTIOFSD");

	if (path && *path)
		return path;
	return access(in_rust, X_OK) ? qemus : in_rust;
}

/* Debian 13 has a link to the other one there. */
static bool is_qemus(const char *program)
{
	char target;

	return !strncmp(program, qemus, strlen("/usr/lib/qemu/")) && readlink(program, &target, 1) < 0;
}

/* @listener and @options get text that @argv points to. */
static void fill_arguments(const char *argv[ARGUMENTS + 1], const char *folder, char listener[24],
			   char options[CONFINE_PATH + 128])
{
	const char *program = folder_program();
	unsigned int n = 0;

	snprintf(listener, 24, "--fd=%d", CONFINE_FIRST + KEPT_SOCKET);
	argv[n++] = program;
	argv[n++] = listener;
	argv[n++] = "--rlimit-nofile=0";
	if (is_qemus(program)) {
		snprintf(options, CONFINE_PATH + 128,
			 "-osource=%s,sandbox=chroot,cache=auto,no_xattr,log_level=warn," RIGHTS, folder);
		argv[n++] = "-f";
	} else {
		snprintf(options, CONFINE_PATH + 128, "--shared-dir=%s", folder);
		argv[n++] = "--sandbox=chroot";
		argv[n++] = "--no-announce-submounts";
		argv[n++] = "--log-level=warn";
		argv[n++] = "--" RIGHTS;
	}
	argv[n++] = options;
	argv[n] = NULL;
}

static int folder_fail(const struct fs_config *folder, const char *why, struct error *err)
{
	return error_key(err, ERROR_FAILED, "fs", "fs %s: %.600s %s", folder->tag, folder->path, why);
}

/* Return: a descriptor for mounting only, or -1. */
static int folder_open(const struct fs_config *folder, struct error *err)
{
	int fd;

	if (access(folder_program(), X_OK))
		return folder_fail(
			folder,
			"cannot be shared: virtiofsd is missing: install qemu-system-common (Debian 12) or virtiofsd "
			"(Debian 13)",
			err);
	fd = open(folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	if (errno == ENOENT)
		return folder_fail(folder, "does not exist: make it, or correct path", err);
	if (errno == ENOTDIR)
		return folder_fail(folder, "is not a directory: share a file as a disk", err);
	return folder_fail(folder, strerror(errno), err);
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
 * In confine's root virtiofsd can leave the folder for programs and libraries only; it changes its root to the folder,
 * too. Guests cannot make device nodes in dom0.
 */
static pid_t run(struct helper *helper, struct confine *confine, struct error *err)
{
	char listener[24], options[CONFINE_PATH + 128], path[CONFINE_PATH];
	const char *argv[ARGUMENTS + 1];
	CLEANUP_FD int fd = folder_open(&helper->config.folder, err);

	if (fd < 0)
		return -1;
	confine->kind = CONFINE_FOLDER;
	confine->file_count = 1;
	confine->file[0].fd = fd;
	confine->file[0].writable = helper->config.folder.access == ACCESS_RW;
	confine_path(confine, 0, path);
	fill_arguments(argv, path, listener, options);
	return confine_spawn(confine, argv, err);
}

void folder_hidden(const char *guest, uint32_t slot, char name[FOLDER_HIDDEN_BYTES])
{
	snprintf(name, FOLDER_HIDDEN_BYTES, ".vimo-%s-%u", guest, slot);
}

/* A guest's links are not followed: only names in this one directory are removed. */
static void clean(struct helper *helper)
{
	CLEANUP_FD int top = open(helper->config.folder.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char name[FOLDER_HIDDEN_BYTES];
	struct dirent *entry;
	DIR *dir;
	int fd;

	folder_hidden(helper->guest, helper->slot, name);
	fd = top < 0 || helper->config.folder.access == ACCESS_RO ?
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

/* virtiofsd serves a connection that was made before it started, so it need not report readiness. */
static int open_connected(struct helper *helper)
{
	int listener = helper_listen(helper);

	if (listener < 0)
		return -1;
	helper->connection = helper_dial(helper);
	if (helper->connection >= 0)
		return listener;
	close(listener);
	return -1;
}

static const struct helper_kind kind = {
	.key = "fs",
	.file = "fs",
	.program = "virtiofsd",
	.clients = CLIENT_ONCE,
	.sound_ms = 5000,
	.bytes = 640ull << 20, /* the kernel's inodes of all files that a guest can know, and page cache */
	.open = open_connected,
	.run = run,
	.clean = clean,
};

struct helper *folder_new(const char *guest, uid_t user, const struct fs_config *folder)
{
	const union helper_config config = { .folder = *folder };
	struct helper *helper;
	char name[FS_TAG_BYTES + 8];

	snprintf(name, sizeof(name), "fs %s", folder->tag);
	helper = helper_new(&kind, guest, user, name, folder->slot, &config);
	helper->target = helper->config.folder.path;
	return helper;
}
