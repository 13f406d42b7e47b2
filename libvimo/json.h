/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - parsing, and members of objects that may be missing or of another type.
 */
#ifndef LIBVIMO_JSON_H
#define LIBVIMO_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * json_parse() - parse a frame of a socket.
 * @bytes: length of @text without a final NUL
 *
 * The frame must be one object of strict JSON in UTF-8, at most 32 levels deep, without NUL in names of members.
 * Return: the object, or NULL.
 */
json_object *json_parse(const char *text, size_t bytes);
/** json_string() - a string member. Return: NULL: missing or of another type. */
const char *json_string(json_object *object, const char *key);
/** json_number() - an integer member; @fallback if it is missing or of another type. */
int64_t json_number(json_object *object, const char *key, int64_t fallback);
/** json_flag() - a boolean member; false if it is missing or of another type. */
bool json_flag(json_object *object, const char *key);
void json_put_string(json_object *object, const char *key, const char *value);
void json_put_number(json_object *object, const char *key, int64_t value);
/** json_clean() - text_clean() all strings in @json: a terminal shows them. Names of members stay. */
void json_clean(json_object *json);

#endif
