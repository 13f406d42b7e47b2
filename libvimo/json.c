// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json.c - JSON from a socket, and typed access to members of its objects.
 */
#include "json.h"

#include "text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32

/* After the quote of a string. Return: its closing quote or NULL. @nul: gets whether it holds an escaped NUL */
static const char *skip_string(const char *at, const char *end, bool *nul)
{
	*nul = false;
	while (at < end && *at != '"') {
		*nul = *nul || (end - at >= 6 && !memcmp(at, "\\u0000", 6));
		at += *at == '\\' ? 2 : 1;
	}
	return at < end ? at : NULL;
}

/* json-c cuts the name of a member where a NUL is in it. */
static bool has_cut_name(const char *text, size_t bytes)
{
	const char *at = text, *end = text + bytes;
	bool nul;

	while (at < end && (at = memchr(at, '"', end - at)) && (at = skip_string(at + 1, end, &nul))) {
		for (at++; at < end && strchr(" \t\r\n", *at);)
			at++;
		if (nul && at < end && *at == ':')
			return true;
	}
	return false;
}

json_object *json_parse(const char *text, size_t bytes)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	json_object *json;

	if (!tokener || bytes > INT_MAX || has_cut_name(text, bytes)) {
		if (tokener)
			json_tokener_free(tokener);
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	json = json_tokener_parse_ex(tokener, text, bytes);
	if (json_tokener_get_error(tokener) != json_tokener_success || json_tokener_get_parse_end(tokener) != bytes ||
	    !json_object_is_type(json, json_type_object)) {
		json_object_put(json);
		json = NULL;
	}
	json_tokener_free(tokener);
	return json;
}

static json_object *member(json_object *object, const char *key, json_type type)
{
	json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, key, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

const char *json_string(json_object *object, const char *key)
{
	json_object *value = member(object, key, json_type_string);

	return value ? json_object_get_string(value) : NULL;
}

int64_t json_number(json_object *object, const char *key, int64_t fallback)
{
	json_object *value = member(object, key, json_type_int);

	return value ? json_object_get_int64(value) : fallback;
}

bool json_flag(json_object *object, const char *key)
{
	json_object *value = member(object, key, json_type_boolean);

	return value && json_object_get_boolean(value);
}

void json_put_string(json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

void json_put_number(json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

static void clean_string(json_object *json)
{
	char *text = strdup(json_object_get_string(json));

	if (!text)
		abort();
	text_clean(text);
	json_object_set_string(json, text);
	free(text);
}

void json_clean(json_object *json)
{
	switch (json_object_get_type(json)) {
	case json_type_string: clean_string(json); break;
	case json_type_array:
		for (size_t n = 0; n < json_object_array_length(json); n++)
			json_clean(json_object_array_get_idx(json, n));
		break;
	case json_type_object: {
		json_object_object_foreach(json, key, value) {
			(void)key;
			json_clean(value);
		}
		break;
	}
	default: break;
	}
}
