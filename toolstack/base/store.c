// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store.c - files under /run/vimo.
 */
#include "base/store.h"
#include "base/json_file.h"
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

static void put_path(char path[PATH_MAX], const char *kind, const char *name, const char *file)
{
	snprintf(path, PATH_MAX, "%s/%s/%s%s%s", store_root(), kind, name, *file ? "/" : "", file);
}

const char *store_record(const char *name, const char *file)
{
	static char path[PATH_MAX];

	put_path(path, "records", name, file);
	return path;
}

const char *store_path(const char *name, const char *file)
{
	static char path[PATH_MAX];

	put_path(path, "guests", name, file);
	return path;
}

/* A directory that only vimod's user can write. If an older release gave it to another user, it is taken back. */
static int make_shared(const char *path, struct error *err)
{
	CLEANUP_FD int fd = -1;
	struct stat status;

	if (mkdir(path, 0755) && errno != EEXIST)
		return error_set(err, ERROR_FAILED, "cannot make %s: %s", path, strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) || (status.st_uid != geteuid() && fchown(fd, geteuid(), getegid())) ||
	    ((status.st_mode & 07777) != 0755 && fchmod(fd, 0755)))
		return error_set(err, ERROR_FAILED, "cannot use %s: %s", path, strerror(errno));
	return 0;
}

int store_make(const char *name, struct error *err)
{
	char records[PATH_MAX], guests[PATH_MAX];

	snprintf(records, sizeof(records), "%s/records", store_root());
	snprintf(guests, sizeof(guests), "%s/guests", store_root());
	return json_file_directory(records, err) || json_file_directory(store_record(name, ""), err) ||
			       make_shared(guests, err) || make_shared(store_path(name, ""), err) ?
		       -1 :
		       0;
}

static bool has_records(const char *name)
{
	return !access(store_record(name, ""), F_OK);
}

/* Of an older release, whose records others could write. */
static bool is_old(const char *name)
{
	return !access(store_path(name, "domain.json"), F_OK) && !has_records(name);
}

bool store_exists(const char *name)
{
	return has_records(name) || is_old(name);
}

static void each(const char *kind, void (*fn)(void *arg, const char *name), void *arg)
{
	struct dirent *entry;
	char path[PATH_MAX];
	struct stat status;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", store_root(), kind);
	dir = opendir(path);
	if (dir && (fstat(dirfd(dir), &status) || status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH))) {
		log_error("%s: other users can write it: its guests are left alone", path);
		closedir(dir);
		return;
	}
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			fn(arg, entry->d_name);
	if (dir)
		closedir(dir);
}

void store_each(void (*fn)(void *arg, const char *name), void *arg)
{
	each("records", fn, arg);
}

struct old {
	void (*fn)(void *arg, const char *name);
	void *arg;
};

static void call_if_old(void *arg, const char *name)
{
	const struct old *old = arg;

	if (is_old(name))
		old->fn(old->arg, name);
}

void store_each_old(void (*fn)(void *arg, const char *name), void *arg)
{
	struct old old = { fn, arg };

	each("guests", call_if_old, &old);
}

int store_write(const char *name, const char *file, json_object *json, struct error *err)
{
	return json_file_write(store_record(name, file), json, err);
}

json_object *store_read(const char *name, const char *file, struct error *err)
{
	return json_file_read(store_record(name, file), err);
}

static void remove_directory(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	if (rmdir(path) && errno != ENOENT)
		log_warning("cannot remove %s: %s", path, strerror(errno));
}

/* The records last: a vimod that is killed in between leaves nothing that the next vimod does not find. */
void store_remove(const char *name)
{
	remove_directory(store_path(name, ""));
	remove_directory(store_record(name, ""));
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
	if (json_file_directory(parent, &err) || json_file_write(cause_path(name), json, &err))
		log_warning("%s", err.text);
	prune_causes(parent);
}

json_object *store_read_cause(const char *name)
{
	struct error err;

	return json_file_read(cause_path(name), &err);
}
