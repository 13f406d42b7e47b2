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
#include <stdbool.h>
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

static int write_aside(const char *aside, const char *text, size_t bytes)
{
	CLEANUP_FD int fd = -1;

	unlink(aside); /* of a vimod that was killed */
	fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 || write_all(fd, text, bytes) || fsync(fd) ? -1 : 0;
}

static int explain(const char *path, int code, struct error *err)
{
	if (code == ENOSPC || code == EDQUOT)
		return error_set(err, ERROR_RESOURCES, "cannot write %s: %s: free space on its file system", path,
				 strerror(code));
	return error_set(err, ERROR_FAILED, "cannot write %s: %s", path, strerror(code));
}

int json_file_replace(const char *path, const char *text, size_t bytes, struct error *err)
{
	char aside[PATH_MAX];
	int code = ENAMETOOLONG;

	if (snprintf(aside, sizeof(aside), "%s.new", path) < (int)sizeof(aside)) {
		if (!write_aside(aside, text, bytes) && !rename(aside, path) && !sync_parent(path))
			return 0;
		code = errno;
		unlink(aside);
	}
	return explain(path, code, err);
}

int json_file_write(const char *path, json_object *json, struct error *err)
{
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);

	return json_file_replace(path, text, strlen(text), err);
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

/* The text of a file, which neither a link nor a FIFO is. Return: to be freed; NULL: the error is set. */
static char *read_text(const char *path, size_t *bytes, struct error *err)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	const char *fault;
	ssize_t got;
	char *text;

	if (fd < 0 || fstat(fd, &status)) {
		error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_FAILED, "%s: %s", path,
			  errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		return NULL;
	}
	fault = find_fault(&status);
	if (!fault) {
		text = malloc((size_t)status.st_size + 1);
		got = text ? read(fd, text, (size_t)status.st_size) : -1;
		if (got == status.st_size) {
			text[got] = 0;
			*bytes = (size_t)got;
			return text;
		}
		free(text);
		fault = "it cannot be read";
	}
	error_set(err, ERROR_FAILED, "%s: %s", path, fault);
	return NULL;
}

json_object *json_file_read(const char *path, struct error *err)
{
	size_t bytes = 0;
	CLEANUP_FREE char *text = read_text(path, &bytes, err);
	json_object *json = text ? json_parse(text, bytes) : NULL;

	if (text && !json)
		error_set(err, ERROR_FAILED, "%s: it does not hold one JSON object", path);
	return json;
}

json_object *json_file_lines(const char *path, struct error *err)
{
	size_t bytes = 0;
	CLEANUP_FREE char *text = read_text(path, &bytes, err);
	json_object *list, *json;

	if (!text && err->code != ERROR_NOT_FOUND)
		return NULL;
	list = json_object_new_array();
	for (char *line = text, *end; line && (end = memchr(line, '\n', bytes)); line = end + 1) {
		json = json_parse(line, (size_t)(end - line));
		if (json)
			json_object_array_add(list, json);
		bytes -= (size_t)(end + 1 - line);
	}
	return list;
}

/* Return: the newer half of a file, from the beginning of a line on. */
static const char *newer_half(const char *text, size_t bytes)
{
	const char *end = memchr(text + bytes / 2, '\n', bytes - bytes / 2);

	return end ? end + 1 : text + bytes;
}

/* A line behind what a crash left of another one would be lost with it. */
static int append_line(const char *path, const char *line, bool is_cut)
{
	CLEANUP_FD int fd = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || (is_cut && write_all(fd, "\n", 1)))
		return -1;
	return write_all(fd, line, strlen(line)) || fsync(fd) ? -1 : 0;
}

int json_file_append(const char *path, json_object *json, size_t bytes_max, struct error *err)
{
	const char *plain = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN), *from;
	CLEANUP_FREE char *text = NULL, *line = NULL, *whole = NULL;
	size_t bytes = 0;

	if (asprintf(&line, "%s\n", plain) < 0)
		return error_set(err, ERROR_RESOURCES, "cannot write %s: dom0 has no memory", path);
	text = read_text(path, &bytes, err);
	if (!text && err->code != ERROR_NOT_FOUND)
		return -1;
	if (!text)
		return json_file_replace(path, line, strlen(line), err);
	if (bytes + strlen(line) + 1 <= bytes_max)
		return append_line(path, line, bytes && text[bytes - 1] != '\n') ? explain(path, errno, err) : 0;
	from = newer_half(text, bytes);
	if (asprintf(&whole, "%.*s%s", (int)(text + bytes - from), from, line) < 0)
		return error_set(err, ERROR_RESOURCES, "cannot write %s: dom0 has no memory", path);
	return json_file_replace(path, whole, strlen(whole), err);
}
