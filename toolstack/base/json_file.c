// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_file.c - the only writer of files that must be whole after a crash of vimod or of dom0.
 */
#include "base/json_file.h"
#include "cleanup.h"
#include "json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (4 << 20) /* bytes: more than a guest.cfg whose every path is as long as a path can be */

int json_file_directory(const char *path, struct error *err)
{
	struct stat status;

	if (mkdir(path, 0700) && errno != EEXIST)
		return error_set(err, ERROR_FAILED, "cannot make %s: %s", path, strerror(errno));
	if (lstat(path, &status))
		return error_set(err, ERROR_FAILED, "cannot use %s: %s", path, strerror(errno));
	if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(err, ERROR_FAILED, "%s is not a directory of vimod's user alone: remove it", path);
	if (status.st_mode & (S_IRWXG | S_IRWXO) && chmod(path, 0700)) /* an older release's */
		return error_set(err, ERROR_FAILED, "cannot close %s to other users: %s", path, strerror(errno));
	return 0;
}

/* A rename and a removal last once the directory is on the disk. Return: 0 or -1. */
static int sync_parent(const char *path)
{
	const char *end = strrchr(path, '/');
	CLEANUP_FD int fd = -1;
	char parent[PATH_MAX];

	snprintf(parent, sizeof(parent), "%.*s", end ? (int)(end - path) : 1, end ? path : ".");
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -1 : fsync(fd);
}

/* Return: 0, or -1 with errno. */
static int write_all(int fd, const char *text, size_t bytes)
{
	while (bytes) {
		ssize_t done = write(fd, text, bytes);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		text += done;
		bytes -= (size_t)done;
	}
	return 0;
}

static int write_aside(const char *aside, const char *text)
{
	CLEANUP_FD int fd = -1;

	unlink(aside); /* of a vimod that was killed */
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 || write_all(fd, text, strlen(text)) || fsync(fd) ? -1 : 0;
}

int json_file_write(const char *path, json_object *json, struct error *err)
{
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	char aside[PATH_MAX];
	int code = ENAMETOOLONG;

	if (snprintf(aside, sizeof(aside), "%s.new", path) < (int)sizeof(aside)) {
		if (!write_aside(aside, text) && !rename(aside, path) && !sync_parent(path))
			return 0;
		code = errno;
		unlink(aside);
	}
	if (code == ENOSPC || code == EDQUOT)
		return error_set(err, ERROR_RESOURCES, "cannot write %s: %s: free space on its file system", path,
				 strerror(code));
	return error_set(err, ERROR_FAILED, "cannot write %s: %s", path, strerror(code));
}

int json_file_remove(const char *path, struct error *err)
{
	if (!unlink(path) && !sync_parent(path))
		return 0;
	return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_FAILED, "cannot remove %s: %s", path,
			 strerror(errno));
}

/* Return: why a file cannot be vimod's own, or NULL. */
static const char *find_fault(const struct stat *status)
{
	if (!S_ISREG(status->st_mode))
		return "it is not a regular file";
	if (status->st_uid != geteuid())
		return "it belongs to another user";
	if (status->st_mode & (S_IWGRP | S_IWOTH))
		return "others can write it";
	if (status->st_size > FILE_MAX)
		return "it is too large";
	return NULL;
}

json_object *json_file_read(const char *path, struct error *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	CLEANUP_FREE char *text = NULL;
	struct stat status;
	const char *fault;
	json_object *json;
	ssize_t got;

	if (fd < 0 || fstat(fd, &status)) {
		error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_FAILED, "%s: %s", path,
			  errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		return NULL;
	}
	fault = find_fault(&status);
	if (!fault) {
		text = malloc((size_t)status.st_size + 1);
		got = text ? read(fd, text, (size_t)status.st_size) : -1;
		json = got == status.st_size ? json_parse(text, (size_t)got) : NULL;
		if (json)
			return json;
		fault = "it does not hold one JSON object";
	}
	error_set(err, ERROR_FAILED, "%s: %s", path, fault);
	return NULL;
}
