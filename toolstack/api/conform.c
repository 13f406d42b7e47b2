// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conform.c - hold JSON against types.
 */
#include "api/conform.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Where a value is: a member or an element of the value that holds it. */
struct place {
	const struct place *parent;
	const char *name; /* NULL: an element */
	size_t index;
};

static const char *const type_names[] = {
	[TYPE_BOOL] = "a bool",      [TYPE_INT] = "an int",       [TYPE_FLOAT] = "a float",
	[TYPE_STRING] = "a string",  [TYPE_OBJECT] = "an object", [TYPE_ENUM] = "a string",
	[TYPE_STRUCT] = "an object", [TYPE_ARRAY] = "an array",   [TYPE_MAP] = "an object",
};

static const char *json_name(json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_boolean: return "a bool";
	case json_type_int: return "an int";
	case json_type_double: return "a float";
	case json_type_string: return "a string";
	case json_type_array: return "an array";
	case json_type_object: return "an object";
	default: return "null";
	}
}

/* Append the path of @place, cut where @bytes end. */
static size_t put_path(const struct place *place, char *path, size_t bytes)
{
	size_t used = place->parent ? put_path(place->parent, path, bytes) : 0;
	int more;

	if (place->name)
		more = snprintf(path + used, bytes - used, "%s%s", used ? "." : "", place->name);
	else
		more = snprintf(path + used, bytes - used, "[%zu]", place->index);
	used += more > 0 ? (size_t)more : 0;
	return used < bytes ? used : bytes - 1;
}

static int refuse(const struct place *place, const char *what, const char *remedy, struct error *err)
{
	char path[sizeof(err->key)] = "";

	put_path(place, path, sizeof(path));
	return error_key(err, ERROR_USAGE, path, "parameter %s %s: %s", path, what, remedy);
}

static int refuse_type(const struct place *place, const struct type *type, json_object *value, struct error *err)
{
	char what[32], remedy[32];

	snprintf(what, sizeof(what), "is %s", json_name(value));
	snprintf(remedy, sizeof(remedy), "give %s", type_names[type->kind]);
	return refuse(place, what, remedy, err);
}

static int check(const struct interface *interface, const struct place *place, const struct type *type,
		 json_object *value, struct error *err);

/* json-c makes INT64_MIN or UINT64_MAX of what is beyond. */
static int check_int(const struct place *place, const struct type *type, json_object *value, struct error *err)
{
	int64_t number = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int))
		return refuse_type(place, type, value, err);
	if (number == INT64_MIN || (number == INT64_MAX && json_object_get_uint64(value) > INT64_MAX))
		return refuse(place, "is out of range", "give a number of 64 bits, with sign", err);
	return 0;
}

static int check_string(const struct place *place, const struct type *type, json_object *value, struct error *err)
{
	if (!json_object_is_type(value, json_type_string))
		return refuse_type(place, type, value, err);
	if (strlen(json_object_get_string(value)) != (size_t)json_object_get_string_len(value))
		return refuse(place, "holds a NUL character", "remove it", err);
	return 0;
}

static int check_enum(const struct place *place, const struct type *type, json_object *value, struct error *err)
{
	char words[128] = "give one of:";

	if (check_string(place, type, value, err))
		return -1;
	for (const struct member *word = type->members; word; word = word->next) {
		size_t used = strlen(words);

		if (!strcmp(word->name, json_object_get_string(value)))
			return 0;
		snprintf(words + used, sizeof(words) - used, " %s", word->name);
	}
	return refuse(place, "has an unknown value", words, err);
}

static const struct member *find_member(const struct type *type, const char *name)
{
	const struct member *member = type->members;

	while (member && strcmp(member->name, name) != 0)
		member = member->next;
	return member;
}

static int check_struct(const struct interface *interface, const struct place *place, const struct type *type,
			json_object *value, struct error *err)
{
	struct place inner = { .parent = place };

	if (!json_object_is_type(value, json_type_object))
		return refuse_type(place, type, value, err);
	json_object_object_foreach(value, name, given) {
		(void)given;
		inner.name = name;
		if (!find_member(type, name))
			return refuse(&inner, "is unknown", "remove it, or install a vimod as new as its client", err);
	}
	for (const struct member *member = type->members; member; member = member->next) {
		json_object *found = NULL;

		inner.name = member->name;
		json_object_object_get_ex(value, member->name, &found);
		if (check(interface, &inner, member->type, found, err))
			return -1;
	}
	return 0;
}

static int check_map(const struct interface *interface, const struct place *place, const struct type *type,
		     json_object *value, struct error *err)
{
	struct place inner = { .parent = place };

	if (!json_object_is_type(value, json_type_object))
		return refuse_type(place, type, value, err);
	if (!type->element)
		return 0;
	json_object_object_foreach(value, name, element) {
		inner.name = name;
		if (check(interface, &inner, type->element, element, err))
			return -1;
	}
	return 0;
}

static int check_array(const struct interface *interface, const struct place *place, const struct type *type,
		       json_object *value, struct error *err)
{
	struct place inner = { .parent = place };

	if (!json_object_is_type(value, json_type_array))
		return refuse_type(place, type, value, err);
	for (; inner.index < json_object_array_length(value); inner.index++)
		if (check(interface, &inner, type->element, json_object_array_get_idx(value, inner.index), err))
			return -1;
	return 0;
}

/* @value: NULL: null, or not there */
static int check(const struct interface *interface, const struct place *place, const struct type *type,
		 json_object *value, struct error *err)
{
	bool optional = type->optional;

	if (!value && optional)
		return 0;
	if (type->kind == TYPE_NAMED) {
		type = interface_declaration(interface, DECLARE_TYPE, type->name)->type;
		if (!value && type->optional)
			return 0;
	}
	if (!value) {
		char remedy[32];

		snprintf(remedy, sizeof(remedy), "give %s", type_names[type->kind]);
		return refuse(place, "is missing", remedy, err);
	}
	switch (type->kind) {
	case TYPE_INT: return check_int(place, type, value, err);
	case TYPE_STRING: return check_string(place, type, value, err);
	case TYPE_ENUM: return check_enum(place, type, value, err);
	case TYPE_STRUCT: return check_struct(interface, place, type, value, err);
	case TYPE_ARRAY: return check_array(interface, place, type, value, err);
	case TYPE_OBJECT:
	case TYPE_MAP: return check_map(interface, place, type, value, err);
	case TYPE_FLOAT:
		return json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int) ?
			       0 :
			       refuse_type(place, type, value, err);
	default: return json_object_is_type(value, json_type_boolean) ? 0 : refuse_type(place, type, value, err);
	}
}

int conform_type(const struct interface *interface, const struct type *type, json_object *json, struct error *err)
{
	const struct place whole = { .name = "parameters" }, root = { .name = "" };

	if (!json_object_is_type(json, json_type_object))
		return refuse_type(&whole, type, json, err);
	return check_struct(interface, &root, type, json, err);
}

int conform_call(const struct interface *interface, const struct declaration *method, json_object *parameters,
		 struct error *err)
{
	json_object *none = parameters ? NULL : json_object_new_object();
	int result = conform_type(interface, method->type, parameters ? parameters : none, err);

	json_object_put(none);
	return result;
}

int conform_reply(const struct interface *interface, const struct declaration *method, const char *error,
		  json_object *parameters, struct error *err)
{
	const char *dot = error ? strrchr(error, '.') : NULL;
	const struct interface *declaring = dot ? interface_find(error, dot - error) : NULL;
	const struct declaration *declared = NULL;

	if (!error)
		return conform_type(interface, method->reply, parameters, err);
	if (declaring && (declaring == interface || declaring == interfaces_all()))
		declared = interface_declaration(declaring, DECLARE_ERROR, dot + 1);
	if (!declared)
		return error_set(err, ERROR_FAILED, "error %.100s is not declared", error);
	return conform_type(declaring, declared->type, parameters, err);
}
