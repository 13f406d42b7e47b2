// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * files.c - vimo-dm may write what it gets, so each file is checked and sized here, each time.
 */
#include "dm/files.h"
#include "base/store.h"
#include "cleanup.h"
#include "dm/room.h"
#include "dm_files.h"
#include "host/channel.h"
#include "log.h"
#include "unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_MAX (4 << 20) /* bytes; vimo-dm keeps a log below a quarter of that */
#define CONSOLE_CLIENTS 8
#define CONTROL_CLIENTS 4
#define FILE_BYTES 32 /* of a file's name */

static const char *log_dir(void)
{
	const char *dir = getenv("VIMO_LOG_DIR");

	return dir && *dir ? dir : "/var/log/vimo";
}

/* Of group vimo, whose members are as good as root to guests. */
static gid_t client_group(void)
{
	static gid_t group = (gid_t)-1;
	const struct group *entry = group == (gid_t)-1 ? getgrnam("vimo") : NULL;

	if (entry)
		group = entry->gr_gid;
	return group;
}

static int add(struct fd_list *fds, int fd, const char *path, struct error *err)
{
	if (fd < 0)
		return error_set(err, ERROR_FAILED, "%s: %s", path, strerror(errno));
	fd_list_add(fds, fd);
	return 0;
}

/* Return: a descriptor of a regular file, or -1 with errno. */
static int open_file(const char *path, int flags, mode_t mode)
{
	int fd = open(path, flags | O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
	struct stat status;

	if (fd < 0 || (!fstat(fd, &status) && S_ISREG(status.st_mode)))
		return fd;
	errno = EINVAL;
	return cleanup_failed(fd);
}

/* A file of @bytes, whatever the previous vimo-dm left. */
static int add_state(const char *name, const char *file, off_t bytes, struct fd_list *fds, struct error *err)
{
	const char *path = store_record(name, file);
	int fd = open_file(path, 0, 0600);

	if (fd >= 0 && ftruncate(fd, bytes))
		fd = cleanup_failed(fd);
	return add(fds, fd, path, err);
}

static int add_log(const char *name, const char *suffix, int flags, struct fd_list *fds, struct error *err)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s.%s", log_dir(), name, suffix);
	fd = open_file(path, flags, 0640);
	if (fd >= 0 && !geteuid() && (fchown(fd, 0, client_group()) || fchmod(fd, 0640)))
		fd = cleanup_failed(fd);
	return add(fds, fd, path, err);
}

/* The log of a console, "console" or "serial", and the file that gets its contents when it is full. */
static int add_logs(const char *name, const char *console, struct fd_list *fds, struct error *err)
{
	struct stat status;
	char suffix[FILE_BYTES];

	mkdir(log_dir(), 0755);
	/* The directory of an older release belongs to a user of its own. */
	if (!geteuid() && !stat(log_dir(), &status) && status.st_uid && chown(log_dir(), 0, 0))
		return error_errno(err, "%s", log_dir());
	snprintf(suffix, sizeof(suffix), "%s.log", console);
	if (add_log(name, suffix, O_APPEND, fds, err))
		return -1;
	snprintf(suffix, sizeof(suffix), "%s.log.1", console);
	return add_log(name, suffix, 0, fds, err);
}

/* Clients cannot connect before listen(), when the socket has its mode. */
static int add_listener(const char *path, int type, mode_t mode, int clients, struct fd_list *fds, struct error *err)
{
	int fd = unix_socket_bind(path, type | SOCK_NONBLOCK);

	if (fd >= 0 && (chmod(path, mode) || (mode & S_IRWXG && !geteuid() && chown(path, 0, client_group())) ||
			listen(fd, clients)))
		fd = cleanup_failed(fd);
	return add(fds, fd, path, err);
}

const char *dm_files_status(const char *name)
{
	return store_record(name, "status");
}

const char *dm_files_console_path(const char *name, const char *console)
{
	char file[FILE_BYTES];

	snprintf(file, sizeof(file), "%s.sock", console);
	return store_path(name, file);
}

const char *dm_files_console_lock(const char *name, const char *console, struct error *err)
{
	CLEANUP_FD int fd = -1;
	char file[FILE_BYTES];
	const char *path;

	snprintf(file, sizeof(file), "%s.lock", console);
	path = store_path(name, file);
	fd = open_file(path, 0, 0660);
	if (fd >= 0 && (fchmod(fd, 0660) || (!geteuid() && fchown(fd, 0, client_group()))))
		fd = cleanup_failed(fd);
	if (fd >= 0)
		return path;
	error_errno(err, "%s", path);
	return NULL;
}

const char *dm_files_log_path(const char *name, const char *console)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s.%s.log", log_dir(), name, console);
	return path;
}

static int add_console(const char *name, const char *console, struct fd_list *fds, struct error *err)
{
	return add_listener(dm_files_console_path(name, console), SOCK_STREAM, 0660, CONSOLE_CLIENTS, fds, err) ||
			       add_logs(name, console, fds, err) ?
		       -1 :
		       0;
}

int dm_files_console(const char *name, struct fd_list *fds, struct error *err)
{
	return add_console(name, "console", fds, err);
}

int dm_files_channel(const struct guest_config *config, uint32_t index, struct fd_list *fds, struct error *err)
{
	return add_listener(channel_path(config, index), SOCK_STREAM, 0660, 1, fds, err);
}

static void folder_file(uint32_t slot, char file[FILE_BYTES])
{
	snprintf(file, FILE_BYTES, "fs-%u.state", slot);
}

int dm_files_folder(const char *name, uint32_t slot, struct fd_list *fds, struct error *err)
{
	char file[FILE_BYTES], path[PATH_MAX];
	struct stat status;
	off_t bytes;
	int fd;

	folder_file(slot, file);
	snprintf(path, sizeof(path), "%s", store_record(name, file));
	fd = open_file(path, 0, 0600);
	if (add(fds, fd, path, err))
		return -1;
	/* The next vimo-dm finds what the previous one had room for. */
	if (!fstat(fd, &status) && status.st_size >= (off_t)DM_FOLDER_STATE_MIN &&
	    status.st_size <= (off_t)DM_FOLDER_STATE_BYTES)
		return 0;
	bytes = room_for_folder(err);
	if (bytes < 0)
		return -1;
	return ftruncate(fd, bytes) ? error_errno(err, "%s", path) : 0;
}

json_object *dm_files_open(const char *name, struct fd_list *fds, struct error *err)
{
	static const char *const names[] = { "state", "status", "control", "serial", "serial-log", "serial-log-old" };
	json_object *list;

	if (add_state(name, "dm.state", DM_STATE_BYTES, fds, err) ||
	    add_state(name, "status", sizeof(struct dm_status), fds, err) ||
	    add_listener(store_record(name, "control.sock"), SOCK_SEQPACKET, 0600, CONTROL_CLIENTS, fds, err) ||
	    add_console(name, "serial", fds, err))
		return NULL;
	list = json_object_new_array();
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
		json_object_array_add(list, json_object_new_string(names[n]));
	return list;
}

void dm_files_check_logs(const char *name)
{
	static const char *const suffixes[] = { "console.log", "console.log.1", "serial.log", "serial.log.1" };

	for (size_t n = 0; n < sizeof(suffixes) / sizeof(suffixes[0]); n++) {
		char path[PATH_MAX];
		struct stat status;
		int fd;

		snprintf(path, sizeof(path), "%s/%s.%s", log_dir(), name, suffixes[n]);
		fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd < 0)
			continue;
		if (!fstat(fd, &status) && S_ISREG(status.st_mode) && status.st_size > LOG_MAX && !ftruncate(fd, 0))
			log_warning("%s: %s had %lld bytes and was emptied: its vimo-dm wrote more than a console does",
				    name, path, (long long)status.st_size);
		close(fd);
	}
}

void dm_files_forget(const struct guest_config *config)
{
	char file[FILE_BYTES];

	unlink(store_record(config->name, "dm.state"));
	unlink(dm_files_status(config->name));
	for (uint32_t n = 0; n < config->fs_count; n++) {
		folder_file(config->fs[n].slot, file);
		unlink(store_record(config->name, file));
	}
}
