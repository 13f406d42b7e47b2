// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json.c - typed access to members of JSON objects.
 */
#include "json.h"

static json_object *member(json_object *object, const char *key, json_type type)
{
	json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, type))
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
