/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - members of objects, without surprises when they are missing.
 */
#ifndef LIBVIMO_JSON_H
#define LIBVIMO_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * json_parse() - an object from a frame of a socket.
 * @bytes: its length without a final NUL
 *
 * Strict JSON in UTF-8, one object and nothing after it, at most 32 levels deep.
 * Return: the object, or NULL.
 */
json_object *json_parse(const char *text, size_t bytes);
/** json_string() - a string member, or NULL when missing or of another type. */
const char *json_string(json_object *object, const char *key);
/** json_number() - an integer member, or fallback. */
int64_t json_number(json_object *object, const char *key, int64_t fallback);
bool json_flag(json_object *object, const char *key);
void json_put_string(json_object *object, const char *key, const char *value);
void json_put_number(json_object *object, const char *key, int64_t value);

#endif
