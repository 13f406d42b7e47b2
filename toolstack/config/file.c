// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * file.c - guest.cfg, libconfig's syntax, to canonical JSON; errors name the line.
 */
#include "config/file.h"
#include "alloc.h"
#include "cleanup.h"
#include "config/config.h"
#include "config/spec.h"
#include "json.h"

#include <libconfig.h>
#include <stdio.h>
#include <string.h>

/* The state of reading, for messages. */
struct reader {
	const struct key_table *table;
	const char *cwd; /* NULL: paths are absolute */
	int line;
	struct error *err;
	void *scratch; /* where a value is checked before the whole configuration is */
};

/* Put "file:line: " before the text. Return: -1. */
static int error_at(const char *file, int line, struct error *err)
{
	struct error inner = *err;

	error_set(err, inner.code, "%.200s:%d: %.800s", file, line, inner.text);
	return error_about(err, inner.key);
}

/*
 * libconfig would open any file that a line "@include ..." names, with the rights of vimod.
 * Return: the number of the first such line, or 0.
 */
static int find_include(const char *text)
{
	for (int line = 1; text; line++) {
		text += strspn(text, " \t");
		if (!strncmp(text, "@include", 8))
			return line;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return 0;
}

static json_object *paths_to_json(config_setting_t *setting, const char *cwd)
{
	json_object *list = NULL;

	if (!config_setting_is_array(setting) && !config_setting_is_list(setting))
		return NULL;
	list = json_object_new_array();
	for (int n = 0; n < config_setting_length(setting); n++) {
		const char *text = config_setting_get_string_elem(setting, n);

		json_object_array_add(list, !text ? NULL : cwd ? config_path(text, cwd) : json_object_new_string(text));
	}
	return list;
}

/* The value of a key that is not KEY_LIST. */
static json_object *scalar_to_json(const struct key *key, config_setting_t *setting, const char *cwd)
{
	const char *text = config_setting_get_string(setting);

	if (key->type == KEY_PATHS)
		return paths_to_json(setting, cwd);
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64: return json_object_new_int64(config_setting_get_int64(setting));
	case CONFIG_TYPE_BOOL: return json_object_new_boolean(config_setting_get_bool(setting));
	case CONFIG_TYPE_STRING:
		return key->type == KEY_PATH || key->type == KEY_IMAGE ? config_path(text, cwd) :
									 json_object_new_string(text);
	default: return NULL; /* JSON null: of no key's type */
	}
}

/* { key = value; ... } of a list. Return: an object, or NULL with the error set. */
static json_object *group_to_json(const struct key_table *table, config_setting_t *group, struct reader *reader)
{
	CLEANUP_JSON json_object *json = json_object_new_object();
	CLEANUP_FREE void *scratch = alloc_zeroed(table->bytes);

	for (int n = 0; n < config_setting_length(group); n++) {
		config_setting_t *setting = config_setting_get_elem(group, n);
		const char *name = config_setting_name(setting);
		const struct key *key = keys_find(table, name);
		json_object *value;

		reader->line = config_setting_source_line(setting);
		if (!key) {
			keys_unknown(table, name, reader->err);
			return NULL;
		}
		value = scalar_to_json(key, setting, reader->cwd);
		json_object_object_add(json, name, value);
		if (keys_take_value(key, value, scratch, reader->err))
			return NULL;
	}
	return json_object_get(json);
}

/* [ "as xl writes it", ... ] or ( { groups }, ... ). Return: an array, or NULL with the error set. */
static json_object *list_to_json(const struct key *key, config_setting_t *setting, struct reader *reader)
{
	CLEANUP_JSON json_object *list = json_object_new_array();

	if (!config_setting_is_array(setting) && !config_setting_is_list(setting)) {
		error_set(reader->err, ERROR_FAILED, "%s is not a list: write %s", key->name, key->hint);
		return NULL;
	}
	for (int n = 0; n < config_setting_length(setting); n++) {
		config_setting_t *entry = config_setting_get_elem(setting, n);
		const char *text = config_setting_get_string(entry);
		json_object *json = NULL;

		reader->line = config_setting_source_line(entry);
		if (text)
			json = config_spec(key->element, text, reader->cwd, reader->err);
		else if (config_setting_is_group(entry))
			json = group_to_json(key->element, entry, reader);
		else
			error_set(reader->err, ERROR_FAILED, "it is neither text nor a group: write %s", key->hint);
		if (!json) {
			struct error inner = *reader->err;

			error_set(reader->err, inner.code, "%s %d: %.900s", key->name, n + 1, inner.text);
			return NULL;
		}
		json_object_array_add(list, json);
	}
	return json_object_get(list);
}

/* One setting of the file into @json and @lines. Return: 0 or -1. */
static int take_setting(config_setting_t *setting, struct reader *reader, json_object *json, json_object *lines)
{
	const char *name = config_setting_name(setting);
	const struct key *key = keys_find(reader->table, name);
	json_object *value;

	reader->line = config_setting_source_line(setting);
	if (!key)
		return keys_unknown(reader->table, name, reader->err);
	json_put_number(lines, name, reader->line);
	value = key->type == KEY_LIST ? list_to_json(key, setting, reader) : scalar_to_json(key, setting, reader->cwd);
	if (key->type == KEY_LIST && !value)
		return error_about(reader->err, name);
	json_object_object_add(json, name, value);
	if (keys_take_value(key, value, reader->scratch, reader->err))
		return error_about(reader->err, name);
	return 0;
}

/* All settings of @text into @json; reader->line says where one is wrong. */
static int read_settings(config_t *parser, const char *text, struct reader *reader, json_object *json,
			 json_object *lines)
{
	int include = find_include(text);
	config_setting_t *root;

	if (include) {
		reader->line = include;
		return error_set(reader->err, ERROR_FAILED, "@include is not supported: write the keys into this file");
	}
	if (!config_read_string(parser, text)) {
		reader->line = config_error_line(parser);
		return error_set(reader->err, ERROR_FAILED, "%s: write key = value, text in double quotes",
				 config_error_text(parser));
	}
	root = config_root_setting(parser);
	for (int n = 0; n < config_setting_length(root); n++)
		if (take_setting(config_setting_get_elem(root, n), reader, json, lines))
			return -1;
	return 0;
}

/* Return: a checked configuration in JSON, or NULL; reader->line says where. */
static json_object *read_text(config_t *parser, const char *text, struct reader *reader, json_object *lines)
{
	CLEANUP_FREE struct guest_config *config = alloc_zeroed(sizeof(*config));
	CLEANUP_JSON json_object *json = json_object_new_object();

	reader->scratch = config;
	if (read_settings(parser, text, reader, json, lines))
		return NULL;
	if (config_check(json, config, reader->err)) {
		reader->line = (int)json_number(lines, reader->err->key, reader->line);
		return NULL;
	}
	return config_to_json(config);
}

json_object *config_parse(const char *text, const char *file, const char *cwd, json_object **lines, struct error *err)
{
	CLEANUP_JSON json_object *found = json_object_new_object();
	struct reader reader = { .table = &config_keys, .cwd = cwd, .line = 1, .err = err };
	json_object *json;
	config_t parser;

	config_init(&parser);
	json = read_text(&parser, text, &reader, found);
	config_destroy(&parser);
	if (!json)
		error_at(file, reader.line, err);
	else if (lines)
		*lines = json_object_get(found);
	return json;
}

int config_read_keys(const char *text, const char *file, const struct key_table *table, void *to, struct error *err)
{
	CLEANUP_JSON json_object *json = json_object_new_object(), *lines = json_object_new_object();
	struct reader reader = { .table = table, .line = 1, .err = err, .scratch = to };
	config_t parser;
	int result;

	config_init(&parser);
	result = read_settings(&parser, text, &reader, json, lines);
	config_destroy(&parser);
	if (!result)
		result = keys_take(table, json, to, err);
	return result ? error_at(file, reader.line, err) : 0;
}
