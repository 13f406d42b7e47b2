// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state.c - paths of /var/lib/vimo. Any thread.
 */
#include "base/state.h"
#include "base/json_file.h"
#include "log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *state_root(void)
{
	const char *root = getenv("VIMO_STATE_DIR");

	return root && *root ? root : "/var/lib/vimo";
}

void state_path(char path[PATH_MAX], const char *kind, const char *name, const char *suffix)
{
	snprintf(path, PATH_MAX, "%s/%s%s%s%s%s", state_root(), kind, *name ? "/" : "", name, *name ? "." : "",
		 *name ? suffix : "");
}

int state_make(const char *kind, struct error *err)
{
	char path[PATH_MAX];

	if (mkdir(state_root(), 0755) && errno != EEXIST)
		return error_set(err, ERROR_FAILED, "cannot make %s: %s", state_root(), strerror(errno));
	state_path(path, kind, "", "");
	return json_file_directory(path, err);
}

bool state_exists(const char *kind, const char *name, const char *suffix)
{
	char path[PATH_MAX];
	struct stat status;

	state_path(path, kind, name, suffix);
	return !lstat(path, &status);
}

void state_each(const char *kind, const char *suffix, void (*fn)(void *arg, const char *name), void *arg)
{
	struct dirent *entry;
	char path[PATH_MAX];
	struct stat status;
	DIR *dir;

	state_path(path, kind, "", "");
	dir = opendir(path);
	if (dir && (fstat(dirfd(dir), &status) || status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH))) {
		log_error("%s: other users can write it: its files are left alone", path);
		closedir(dir);
		return;
	}
	while (dir && (entry = readdir(dir))) {
		char *dot = strrchr(entry->d_name, '.');

		if (!dot || dot == entry->d_name || strcmp(dot + 1, suffix))
			continue;
		*dot = 0;
		fn(arg, entry->d_name);
	}
	if (dir)
		closedir(dir);
}
