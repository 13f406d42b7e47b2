// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store.c - files under /run/vimo: guests/NAME/ for each guest, causes/NAME.json
 * for those that ended. Written aside, synced, then renamed.
 */
#include "base/store.h"
#include "cleanup.h"
#include "json.h"
#include "log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define CAUSES_MAX 256

const char *store_root(void)
{
	const char *root = getenv("VIMO_RUN_DIR");

	return root && *root ? root : "/run/vimo";
}

const char *store_path(const char *name, const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/guests/%s%s%s", store_root(), name, *file ? "/" : "", file);
	return path;
}

static int make(const char *path, struct error *err)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		return error_set(err, ERROR_FAILED, "cannot make %s: %s", path, strerror(errno));
	return 0;
}

int store_make(const char *name, struct error *err)
{
	char parent[PATH_MAX];

	snprintf(parent, sizeof(parent), "%s/guests", store_root());
	return make(parent, err) || make(store_path(name, ""), err) ? -1 : 0;
}

static int write_file(const char *path, json_object *json)
{
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	CLEANUP_FD int fd = -1;
	char aside[PATH_MAX];
	size_t length = strlen(text);

	if (snprintf(aside, sizeof(aside), "%s.new", path) >= (int)sizeof(aside))
		return -1;
	fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, length) != (ssize_t)length || fsync(fd) || rename(aside, path))
		return -1;
	return 0;
}

int store_write(const char *name, const char *file, json_object *json, struct error *err)
{
	if (write_file(store_path(name, file), json))
		return error_set(err, ERROR_FAILED, "cannot write %s: %s", store_path(name, file), strerror(errno));
	return 0;
}

json_object *store_read(const char *name, const char *file)
{
	return json_object_from_file(store_path(name, file));
}

void store_remove(const char *name)
{
	DIR *dir = opendir(store_path(name, ""));
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	if (rmdir(store_path(name, "")) && errno != ENOENT)
		log_warning("cannot remove %s: %s", store_path(name, ""), strerror(errno));
}

static const char *cause_path(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/causes/%s.json", store_root(), name);
	return path;
}

/* A file for each name: clients choose names, so their number has a limit. The oldest file is removed. */
static void prune_causes(const char *parent)
{
	char oldest[NAME_MAX + 1] = "";
	DIR *dir = opendir(parent);
	struct stat status;
	time_t age = 0;
	int count = 0;

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		if (fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) || !S_ISREG(status.st_mode))
			continue;
		if (!count++ || status.st_mtime < age) {
			snprintf(oldest, sizeof(oldest), "%s", entry->d_name);
			age = status.st_mtime;
		}
	}
	if (count > CAUSES_MAX)
		unlinkat(dirfd(dir), oldest, 0);
	if (dir)
		closedir(dir);
}

void store_cause(const char *name, const char *cause)
{
	CLEANUP_JSON json_object *json = json_object_new_object();
	char parent[PATH_MAX];
	struct error err;

	snprintf(parent, sizeof(parent), "%s/causes", store_root());
	json_put_string(json, "name", name);
	json_put_string(json, "cause", cause);
	json_put_number(json, "time", time(NULL));
	if (make(parent, &err) || write_file(cause_path(name), json))
		log_warning("cannot write %s: %s", cause_path(name), strerror(errno));
	prune_causes(parent);
}

json_object *store_read_cause(const char *name)
{
	return json_object_from_file(cause_path(name));
}
