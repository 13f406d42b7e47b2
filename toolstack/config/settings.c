// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * settings.c - read vimod.conf. The file is small and read when a setting is needed: a change needs no restart.
 */
#include "config/settings.h"
#include "cleanup.h"
#include "config/config.h"
#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef VIMO_CONFIG_PATH
#define VIMO_CONFIG_PATH "/etc/vimo/vimod.conf"
#endif
#define FILE_MAX (64u << 10)

#define DEFAULT(member) KEY_FIELD(struct settings, defaults.member)

static const struct key settings_rows[] = {
	{ "backing_directories", KEY_PATHS, KEY_FIELD(struct settings, backing_directories),
	  .hint = "backing_directories = [ \"/var/lib/vimo/images\" ]" },
	{ "shutdown_timeout", KEY_NUMBER, KEY_FIELD(struct settings, shutdown_timeout_s),
	  .hint = "shutdown_timeout = 120 (seconds)", .range = { 1, 86400, 120 } },
	{ "bridge", KEY_TEXT, DEFAULT(bridge), .hint = "bridge = \"br0\"", .check = config_check_interface },
	{ "storage_directory", KEY_PATH, DEFAULT(storage_directory),
	  .hint = "storage_directory = \"/var/lib/vimo/images\"" },
	{ "on_poweroff", KEY_WORD, DEFAULT(on_poweroff), .hint = CONFIG_ACTION_HINT, .range = { 0, 0, ACTION_DESTROY },
	  .words = config_action_names },
	{ "on_reboot", KEY_WORD, DEFAULT(on_reboot), .hint = CONFIG_ACTION_HINT, .range = { 0, 0, ACTION_RESTART },
	  .words = config_action_names },
	{ "on_crash", KEY_WORD, DEFAULT(on_crash), .hint = CONFIG_ACTION_HINT, .range = { 0, 0, ACTION_DESTROY },
	  .words = config_action_names },
};

static const struct key_table settings_keys = {
	settings_rows, sizeof(settings_rows) / sizeof(settings_rows[0]), NULL, 0, "vimod(8)", sizeof(struct settings),
};

static const char *settings_path(void)
{
	const char *path = getenv("VIMO_CONFIG");

	return path && *path ? path : VIMO_CONFIG_PATH;
}

/* A file that another user can write would give that user vimod's rights. */
static int check_owner(const char *path, int fd, struct error *err)
{
	struct stat status;

	if (fstat(fd, &status))
		return error_errno(err, "%s", path);
	if (!S_ISREG(status.st_mode))
		return error_set(err, ERROR_FAILED, "%s is not a file: remove it", path);
	if ((status.st_uid && status.st_uid != geteuid()) || status.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(
			err, ERROR_FAILED,
			"%s can be written by users other than root: run 'chown root:root %s' and 'chmod 644 %s'", path,
			path, path);
	return 0;
}

int settings_read(struct settings *settings, struct error *err)
{
	const char *path = settings_path();
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	CLEANUP_FREE char *text = NULL;
	size_t used = 0;
	ssize_t got;

	keys_defaults(&settings_keys, settings);
	if (fd < 0)
		return errno == ENOENT ? 0 : error_errno(err, "%s", path);
	if (check_owner(path, fd, err))
		return -1;
	text = calloc(1, FILE_MAX + 1);
	if (!text)
		return error_set(err, ERROR_RESOURCES, "%s cannot be read, dom0 has no memory: end a program", path);
	while ((got = read(fd, text + used, FILE_MAX - used)) > 0)
		used += (size_t)got;
	if (got < 0)
		return error_errno(err, "%s", path);
	if (used == FILE_MAX)
		return error_set(err, ERROR_FAILED, "%s is longer than 64 KiB: shorten it", path);
	return config_read_keys(text, path, &settings_keys, settings, err);
}
