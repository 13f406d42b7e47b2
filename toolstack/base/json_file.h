/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_file.h - a file of one JSON object: written whole or not at all, read with distrust.
 */
#ifndef TOOLSTACK_BASE_JSON_FILE_H
#define TOOLSTACK_BASE_JSON_FILE_H

#include "error.h"

#include <json-c/json.h>

/** json_file_directory() - make @path, a directory that only vimod's user can reach; its parent exists. Return: 0 or
 * -1. */
int json_file_directory(const char *path, struct error *err);
/**
 * json_file_replace() - replace @path by @text, or make it: mode 0600.
 *
 * The text is written aside, synced and renamed, then the directory is synced. Whatever fails, the old file stays.
 * Return: 0 or -1.
 */
int json_file_replace(const char *path, const char *text, size_t bytes, struct error *err);
/** json_file_write() - json_file_replace() with one object. */
int json_file_write(const char *path, json_object *json, struct error *err);
/** json_file_remove() - remove @path and sync its directory. Return: 0 or -1: ERROR_NOT_FOUND when there is no such
 * file. */
int json_file_remove(const char *path, struct error *err);
/**
 * json_file_append() - append one object as a line, and sync.
 * @bytes_max: of the file: when it would have more, the older half of its lines goes first, and the rest is written as
 * by json_file_replace()
 *
 * Return: 0 or -1. A line that a crash cut is skipped by json_file_lines().
 */
int json_file_append(const char *path, json_object *json, size_t bytes_max, struct error *err);
/**
 * json_file_lines() - the objects that json_file_append() wrote, oldest first, read as by json_file_read().
 *
 * Return: a new array, empty without a file; NULL: @err has why the file is refused.
 */
json_object *json_file_lines(const char *path, struct error *err);
/**
 * json_file_read() - the object in @path, a regular file of vimod's user that no other user can write.
 *
 * It neither follows a link nor waits for a FIFO's writer.
 * Return: a new object; NULL: @err is ERROR_NOT_FOUND when there is no such file, else why it is refused.
 */
json_object *json_file_read(const char *path, struct error *err);

#endif
