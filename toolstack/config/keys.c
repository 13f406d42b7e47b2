// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * keys.c - one check for each kind of value, from guest.cfg, from JSON or from a command line.
 */
#include "config/keys.h"
#include "json.h"
#include "config/nbd.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const struct key *keys_find(const struct key_table *table, const char *name)
{
	for (size_t n = 0; n < table->keys_count; n++)
		if (!strcmp(table->keys[n].name, name))
			return &table->keys[n];
	return NULL;
}

const struct foreign_key *keys_find_foreign(const struct key_table *table, const char *name)
{
	for (size_t n = 0; n < table->foreign_count; n++)
		if (!strcmp(table->foreign[n].name, name))
			return &table->foreign[n];
	return NULL;
}

int keys_unknown(const struct key_table *table, const char *name, struct error *err)
{
	const struct foreign_key *foreign = keys_find_foreign(table, name);
	int nearest = text_nearest(name, table->keys, table->keys_count, sizeof(table->keys[0]));

	if (foreign)
		return error_key(err, ERROR_FAILED, name, "unknown key \"%s\": %s", name,
				 foreign->advice ? foreign->advice : "remove it: it has no effect here");
	if (nearest >= 0)
		return error_key(err, ERROR_FAILED, name, "unknown key \"%s\": did you mean \"%s\"?", name,
				 table->keys[nearest].name);
	return error_key(err, ERROR_FAILED, name, "unknown key \"%.80s\": remove it; %s lists the keys", name,
			 table->page);
}

static int64_t number_get(const struct key *key, const void *from)
{
	const char *field = (const char *)from + key->offset;
	uint64_t value = key->size == sizeof(uint64_t) ? *(const uint64_t *)field : *(const uint32_t *)field;

	return (int64_t)value / (key->unit ? key->unit : 1);
}

static void number_set(const struct key *key, void *to, int64_t number)
{
	char *field = (char *)to + key->offset;

	if (key->size == sizeof(uint64_t))
		*(uint64_t *)field = (uint64_t)number * (key->unit ? key->unit : 1);
	else
		*(uint32_t *)field = number;
}

static int take_number(const struct key *key, json_object *value, void *to, struct error *err)
{
	int64_t number = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int))
		return error_set(err, ERROR_FAILED, "%s is not a whole number: write %s", key->name, key->hint);
	if (number < key->range.minimum || number > key->range.maximum)
		return error_set(err, ERROR_FAILED, "%s = %lld is out of range: write %lld to %lld, as in %s",
				 key->name, (long long)number, (long long)key->range.minimum,
				 (long long)key->range.maximum, key->hint);
	number_set(key, to, number);
	return 0;
}

static int take_flag(const struct key *key, json_object *value, void *to, struct error *err)
{
	if (!json_object_is_type(value, json_type_boolean))
		return error_set(err, ERROR_FAILED, "%s is not true or false: write %s", key->name, key->hint);
	*(bool *)((char *)to + key->offset) = json_object_get_boolean(value);
	return 0;
}

static int take_word(const struct key *key, const char *text, void *to, struct error *err)
{
	for (uint32_t n = 0; key->words[n]; n++)
		if (!strcmp(text, key->words[n])) {
			memcpy((char *)to + key->offset, &n, sizeof(n));
			return 0;
		}
	return error_set(err, ERROR_FAILED, "%s = \"%.40s\" is not possible: write %s", key->name, text, key->hint);
}

static int take_text(const struct key *key, json_object *value, void *to, struct error *err)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return error_set(err, ERROR_FAILED, "%s is not text in quotes: write %s", key->name, key->hint);
	text = json_object_get_string(value);
	/* strlen(): a NUL hidden in JSON must not shorten a checked value. */
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return error_set(err, ERROR_FAILED, "%s contains a NUL character: remove it", key->name);
	for (const char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			return error_set(err, ERROR_FAILED,
					 "%s contains a control character: write one line of "
					 "printable text",
					 key->name);
	if (key->type == KEY_WORD)
		return take_word(key, text, to, err);
	if (key->check && key->check(text, err))
		return -1;
	if ((key->type == KEY_PATH || (key->type == KEY_IMAGE && !nbd_is_uri(text))) && *text != '/')
		return error_set(err, ERROR_FAILED, "%s = \"%.200s\" is not an absolute path: begin it with /",
				 key->name, text);
	if (strlen(text) >= key->size)
		return error_set(err, ERROR_FAILED, "%s is longer than %zu characters: shorten it", key->name,
				 key->size - 1);
	strcpy((char *)to + key->offset, text);
	return 0;
}

static int take_paths(const struct key *key, json_object *value, void *to, struct error *err)
{
	char path[PATH_MAX], *field = (char *)to + key->offset;
	const struct key one = { .name = key->name, .type = KEY_PATH, .size = sizeof(path), .hint = key->hint };
	size_t used = 0;

	*field = '\0';
	if (!json_object_is_type(value, json_type_array))
		return error_set(err, ERROR_FAILED, "%s is not a list: write %s", key->name, key->hint);
	for (size_t n = 0; n < json_object_array_length(value); n++) {
		if (take_text(&one, json_object_array_get_idx(value, n), path, err))
			return -1;
		if (used + strlen(path) + 2 > key->size)
			return error_set(err, ERROR_FAILED,
					 "%s is longer than %zu characters: remove some of its paths", key->name,
					 key->size - 1);
		used += (size_t)sprintf(field + used, "%s\n", path);
	}
	return 0;
}

bool keys_next_path(const char **paths, char path[PATH_MAX])
{
	size_t length = strcspn(*paths, "\n");

	if (!length || length >= PATH_MAX)
		return false;
	memcpy(path, *paths, length);
	path[length] = '\0';
	*paths += length + 1;
	return true;
}

static int take_list(const struct key *key, json_object *value, void *to, struct error *err)
{
	uint32_t *count = (uint32_t *)((char *)to + key->count);
	size_t length = json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;

	if (!json_object_is_type(value, json_type_array))
		return error_set(err, ERROR_FAILED, "%s is not a list: write %s", key->name, key->hint);
	if (length > (size_t)key->range.maximum)
		return error_set(err, ERROR_FAILED, "%s has %zu entries: write %lld at most", key->name, length,
				 (long long)key->range.maximum);
	for (*count = 0; *count < length; ++*count) {
		char *element = (char *)to + key->offset + *count * key->element->bytes;
		struct error inner;

		if (!keys_take(key->element, json_object_array_get_idx(value, *count), element, &inner))
			continue;
		return error_set(err, inner.code, "%s %u: %.900s", key->name, *count + 1, inner.text);
	}
	return 0;
}

int keys_take_value(const struct key *key, json_object *value, void *to, struct error *err)
{
	switch (key->type) {
	case KEY_NUMBER: return take_number(key, value, to, err);
	case KEY_FLAG: return take_flag(key, value, to, err);
	case KEY_LIST: return take_list(key, value, to, err);
	case KEY_PATHS: return take_paths(key, value, to, err);
	default: return take_text(key, value, to, err);
	}
}

void keys_defaults(const struct key_table *table, void *to)
{
	memset(to, 0, table->bytes);
	for (size_t n = 0; n < table->keys_count; n++) {
		const struct key *key = &table->keys[n];
		char *field = (char *)to + key->offset;
		uint32_t word = (uint32_t)key->range.fallback;

		if (key->type == KEY_NUMBER)
			number_set(key, to, key->range.fallback);
		else if (key->type == KEY_FLAG)
			*(bool *)field = key->range.fallback;
		else if (key->type == KEY_WORD)
			memcpy(field, &word, sizeof(word));
	}
}

int keys_take(const struct key_table *table, json_object *json, void *to, struct error *err)
{
	keys_defaults(table, to);
	if (!json_object_is_type(json, json_type_object))
		return error_set(err, ERROR_USAGE, "it is not an object: write one with the keys that %s lists",
				 table->page);
	json_object_object_foreach(json, name, value) {
		const struct key *key = keys_find(table, name);

		if (!key)
			return keys_unknown(table, name, err);
		if (keys_take_value(key, value, to, err))
			return error_about(err, key->name);
	}
	for (size_t n = 0; n < table->keys_count; n++) {
		const struct key *key = &table->keys[n];

		if (!key->required || *((char *)to + key->offset))
			continue;
		return error_key(err, ERROR_FAILED, key->name, "key \"%s\" is missing: add %s", key->name, key->hint);
	}
	return 0;
}

static json_object *list_to_json(const struct key *key, const void *from)
{
	uint32_t count = *(const uint32_t *)((const char *)from + key->count);
	json_object *list = count ? json_object_new_array() : NULL;

	for (uint32_t n = 0; n < count; n++)
		json_object_array_add(
			list, keys_to_json(key->element, (const char *)from + key->offset + n * key->element->bytes));
	return list;
}

static json_object *paths_to_json(const char *paths)
{
	json_object *list = *paths ? json_object_new_array() : NULL;
	char path[PATH_MAX];

	while (keys_next_path(&paths, path))
		json_object_array_add(list, json_object_new_string(path));
	return list;
}

static json_object *value_to_json(const struct key *key, const void *from)
{
	const char *field = (const char *)from + key->offset;
	int64_t number;
	uint32_t word;

	switch (key->type) {
	case KEY_NUMBER:
		number = number_get(key, from);
		return number < key->range.minimum ? NULL : json_object_new_int64(number);
	case KEY_FLAG: return json_object_new_boolean(*(const bool *)field);
	case KEY_WORD: memcpy(&word, field, sizeof(word)); return json_object_new_string(key->words[word]);
	case KEY_LIST: return list_to_json(key, from);
	case KEY_PATHS: return paths_to_json(field);
	default: return *field ? json_object_new_string(field) : NULL;
	}
}

json_object *keys_to_json(const struct key_table *table, const void *from)
{
	json_object *json = json_object_new_object();

	for (size_t n = 0; n < table->keys_count; n++) {
		json_object *value = value_to_json(&table->keys[n], from);

		if (value)
			json_object_object_add(json, table->keys[n].name, value);
	}
	return json;
}
