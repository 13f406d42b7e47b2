// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * file.c - guest.cfg to canonical JSON. An error costs the value in which it is, so that a run shows all of them.
 */
#include "config/file.h"
#include "alloc.h"
#include "cfg.h"
#include "cleanup.h"
#include "config/config.h"
#include "config/spec.h"
#include "json.h"

#include <string.h>

#define LISTS 4u /* of devices, in the table of guests */

/* Where the devices come from that a list of the configuration got: wrong ones are left out. */
struct origin {
	const struct key *key;
	struct {
		unsigned int number; /* from 1, in the file */
		int line;
	} entries[CONFIG_DISKS];
	unsigned int count;
};

/* The state of reading. */
struct reader {
	const struct key_table *table;
	const char *cwd;                        /* NULL: paths are absolute */
	const struct config_defaults *defaults; /* NULL: those of @table */
	struct findings *findings;
	const char *argument;  /* KEY=VALUE that is read; NULL: the file */
	json_object *settings; /* of struct config_source */
	void *to;              /* the struct of @table */
	json_object *seen;     /* keys that were given, right or wrong, and their lines; 0: by an argument */
	struct origin origins[LISTS];
	unsigned int origin_count;
};

/* A device of a list. */
struct entry {
	struct reader *reader;
	const struct key *list;
	unsigned int number;
	int line;
	bool bad;
};

static void on_syntax(void *arg, int line, const struct error *err)
{
	struct reader *reader = arg;

	findings_error(reader->findings, reader->argument, line, err);
}

/* "disk 2: " and the text. */
static void report_device(struct reader *reader, const char *list, unsigned int number, int line,
			  const struct error *err)
{
	struct error whole;

	error_key(&whole, err->code, list, "%s %u: %.900s", list, number, err->text);
	findings_error(reader->findings, reader->argument, line, &whole);
}

static void on_entry(void *arg, const struct error *err)
{
	struct entry *entry = arg;

	entry->bad = true;
	report_device(entry->reader, entry->list->name, entry->number, entry->line, err);
}

static json_object *paths_to_json(const struct cfg *list, const char *cwd)
{
	json_object *json = json_object_new_array();

	for (const struct cfg *path = list->first; path; path = path->next)
		json_object_array_add(json, path->type != CFG_TEXT ? NULL :
					    cwd                    ? config_path(path->text, cwd) :
								     json_object_new_string(path->text));
	return json;
}

/* The value of a key that is not KEY_LIST; JSON null is of no key's type. */
static json_object *value_to_json(const struct key *key, const struct cfg *cfg, const char *cwd)
{
	json_object *json = NULL;

	switch (cfg->type) {
	case CFG_NUMBER:
		if (key->type == KEY_FLAG && (cfg->number == 0 || cfg->number == 1))
			return json_object_new_boolean((json_bool)cfg->number);
		return json_object_new_int64(cfg->number);
	case CFG_FLAG: return json_object_new_boolean((json_bool)cfg->number);
	case CFG_TEXT:
		if (cwd && key->type != KEY_PATHS)
			json = config_value(key, cfg->text, cwd);
		return json ? json : json_object_new_string(cfg->text);
	case CFG_LIST: return key->type == KEY_PATHS ? paths_to_json(cfg, cwd) : NULL;
	default: return NULL;
	}
}

/* Return: whether an error of the value has been reported. */
static bool is_bad(const struct cfg *cfg)
{
	bool bad = cfg->type == CFG_BAD;

	for (const struct cfg *entry = cfg->type == CFG_LIST ? cfg->first : NULL; entry; entry = entry->next)
		bad = bad || entry->type == CFG_BAD;
	return bad;
}

/* A key of xl's that changes nothing. Return: whether it is one. */
static bool warn_ignored(struct reader *reader, const struct key_table *table, const char *name, int line)
{
	const struct foreign_key *foreign = keys_find_foreign(table, name);
	struct error err;

	if (!foreign || !foreign->no_effect)
		return false;
	error_key(&err, ERROR_FAILED, name, "key \"%s\" has no effect: %s", name, foreign->no_effect);
	findings_warning(reader->findings, reader->argument, line, &err);
	return true;
}

static const char *cwd_of(const struct entry *entry)
{
	return config_cwd(entry->list->element, entry->reader->cwd, entry->reader->defaults);
}

/* { key = value; ... } of a list. The values are not checked yet. */
static json_object *group_to_json(struct entry *entry, const struct cfg *group)
{
	const struct key_table *table = entry->list->element;
	json_object *json = json_object_new_object();
	struct error err;

	for (const struct cfg *cfg = group->first; cfg; cfg = cfg->next) {
		const struct key *key = keys_find(table, cfg->name);

		entry->line = cfg->line;
		if (!key && warn_ignored(entry->reader, table, cfg->name, cfg->line))
			continue;
		if (key && json_object_object_get_ex(json, cfg->name, NULL)) {
			error_key(&err, ERROR_FAILED, cfg->name, "%s is given twice: remove one of them", cfg->name);
			on_entry(entry, &err);
		} else if (key && is_bad(cfg)) {
			entry->bad = true;
		} else if (key) {
			json_object_object_add(json, cfg->name, value_to_json(key, cfg, cwd_of(entry)));
		} else {
			keys_unknown(table, cfg->name, &err);
			on_entry(entry, &err);
		}
	}
	return json;
}

/* The line of @name in the group that an entry is, or of the entry. */
static int line_in(const struct cfg *cfg, const char *name)
{
	const struct cfg *found = cfg_find(cfg, name);

	return found ? found->line : cfg->line;
}

/* All values of a device, and whether a key is missing. */
static void check_device(struct entry *entry, const struct cfg *cfg, json_object *json)
{
	const struct key_table *table = entry->list->element;
	CLEANUP_FREE void *scratch = alloc_zeroed(table->bytes);
	struct error err;

	json_object_object_foreach(json, name, value) {
		entry->line = line_in(cfg, name);
		if (keys_take_value(keys_find(table, name), value, scratch, &err))
			on_entry(entry, &err);
	}
	entry->line = cfg->line;
	if (!entry->bad && keys_take(table, json, scratch, &err))
		on_entry(entry, &err);
}

/* Text as xl writes it, or a group. Return: the device, or NULL when the error is reported. */
static json_object *device_to_json(struct entry *entry, const struct cfg *cfg)
{
	json_object *json = NULL;
	struct error err;

	if (cfg->type == CFG_BAD)
		return NULL;
	if (cfg->type == CFG_TEXT) {
		json = config_spec_all(entry->list->element, cfg->text, cwd_of(entry), on_entry, entry);
	} else if (cfg->type == CFG_GROUP) {
		json = group_to_json(entry, cfg);
	} else {
		error_set(&err, ERROR_FAILED, "it is neither text nor a group: write %s", entry->list->hint);
		on_entry(entry, &err);
		return NULL;
	}
	config_add_defaults(entry->list->element, json, entry->reader->defaults);
	check_device(entry, cfg, json);
	if (!entry->bad)
		return json;
	json_object_put(json);
	return NULL;
}

static void report_key(struct reader *reader, int line, const struct error *err)
{
	findings_error(reader->findings, reader->argument, line, err);
}

/* [ "as xl writes it", ... ] or ( { groups }, ... ): all devices that are right. */
static void take_devices(struct reader *reader, const struct key *key, const struct cfg *cfg)
{
	CLEANUP_JSON json_object *list = json_object_new_array();
	struct origin *origin = &reader->origins[reader->origin_count++];
	/* An argument may have one device as text. */
	const struct cfg *first = reader->argument && cfg->type == CFG_TEXT ? cfg : cfg->first;
	unsigned int count = 0;
	struct error err;

	origin->key = key;
	for (const struct cfg *each = first; each; each = each->next)
		count++;
	if (cfg->type != CFG_LIST && first != cfg)
		error_key(&err, ERROR_FAILED, key->name, "%s is not a list: write %s", key->name, key->hint);
	else if (count > (unsigned int)key->range.maximum)
		error_key(&err, ERROR_FAILED, key->name, "%s has %u entries: write %lld at most", key->name, count,
			  (long long)key->range.maximum);
	else
		err.code = ERROR_NONE;
	if (err.code) {
		report_key(reader, cfg->line, &err);
		return;
	}
	count = 0;
	for (const struct cfg *each = first; each; each = each->next) {
		struct entry entry = { .reader = reader, .list = key, .number = ++count, .line = each->line };
		json_object *device = device_to_json(&entry, each);

		if (!device)
			continue;
		json_object_array_add(list, device);
		origin->entries[origin->count].number = count;
		origin->entries[origin->count++].line = reader->argument ? 0 : each->line;
	}
	if (keys_take_value(key, list, reader->to, &err)) /* each was checked */
		report_key(reader, cfg->line, &err);
}

static void take_setting(struct reader *reader, const struct cfg *cfg)
{
	const struct key *key = keys_find(reader->table, cfg->name);
	CLEANUP_JSON json_object *value = NULL;
	json_object *before;
	struct error err;

	if (!key && warn_ignored(reader, reader->table, cfg->name, cfg->line))
		return;
	if (!key) {
		keys_unknown(reader->table, cfg->name, &err);
		report_key(reader, cfg->line, &err);
		return;
	}
	if (json_object_object_get_ex(reader->seen, cfg->name, &before)) {
		error_key(&err, ERROR_FAILED, cfg->name, "%s is given in line %d, too: remove one of them", cfg->name,
			  json_object_get_int(before));
		report_key(reader, cfg->line, &err);
		return;
	}
	json_put_number(reader->seen, cfg->name, reader->argument ? 0 : cfg->line);
	if (key->type == KEY_LIST && cfg->type != CFG_BAD)
		take_devices(reader, key, cfg);
	if (key->type == KEY_LIST || is_bad(cfg))
		return;
	value = value_to_json(key, cfg, reader->cwd);
	if (keys_take_value(key, value, reader->to, &err)) {
		error_about(&err, key->name);
		report_key(reader, cfg->line, &err);
	}
}

/* The last of the settings for @name. */
static const char *setting_for(json_object *settings, const char *name)
{
	for (size_t n = settings ? json_object_array_length(settings) : 0; n; n--) {
		const char *text = json_object_get_string(json_object_array_get_idx(settings, n - 1));

		if (text && strcspn(text, "=") == strlen(name) && !strncmp(text, name, strlen(name)))
			return text;
	}
	return NULL;
}

static void take_argument(struct reader *reader, const char *argument)
{
	struct cfg *group = NULL;
	struct error err;

	reader->argument = argument;
	if (!strchr(argument, '=')) {
		error_set(&err, ERROR_FAILED, "not of the form KEY=VALUE: write a key of %s, = and its value",
			  reader->table->page);
		report_key(reader, 1, &err);
	} else {
		group = cfg_parse_argument(argument, on_syntax, reader);
	}
	if (group && group->first)
		take_setting(reader, group->first);
	reader->argument = NULL;
	cfg_free(group);
}

static void take_arguments(struct reader *reader)
{
	json_object *settings = reader->settings;

	for (size_t n = 0; settings && n < json_object_array_length(settings); n++) {
		const char *text = json_object_get_string(json_object_array_get_idx(settings, n));
		CLEANUP_FREE char *name = text ? strndup(text, strcspn(text, "=")) : NULL;

		if (name && setting_for(settings, name) == text)
			take_argument(reader, text);
	}
}

static void report_missing(struct reader *reader)
{
	for (size_t n = 0; n < reader->table->keys_count; n++) {
		const struct key *key = &reader->table->keys[n];
		json_object *line = NULL;
		struct error err;

		if (!key->required || *((char *)reader->to + key->offset))
			continue;
		if (json_object_object_get_ex(reader->seen, key->name, &line) && reader->findings->first.code)
			continue; /* reported already */
		error_key(&err, ERROR_FAILED, key->name, "key \"%s\" is missing: add %s", key->name, key->hint);
		report_key(reader, line ? json_object_get_int(line) : 1, &err);
	}
}

static void take_defaults(struct reader *reader)
{
	struct guest_config *config = reader->to;

	keys_defaults(reader->table, reader->to);
	if (!reader->defaults)
		return;
	config->on_poweroff = reader->defaults->on_poweroff;
	config->on_reboot = reader->defaults->on_reboot;
	config->on_crash = reader->defaults->on_crash;
}

/* All settings of @text, and then the arguments, into @reader's struct. */
static void read_settings(struct reader *reader, const char *text)
{
	struct error err;
	int line = cfg_check_text(text, strlen(text), &err);
	struct cfg *group;

	reader->seen = json_object_new_object();
	take_defaults(reader);
	if (line) {
		report_key(reader, line, &err);
		return;
	}
	group = cfg_parse(text, on_syntax, reader);
	for (const struct cfg *cfg = group->first; cfg; cfg = cfg->next)
		if (!setting_for(reader->settings, cfg->name))
			take_setting(reader, cfg);
	cfg_free(group);
	take_arguments(reader);
	report_missing(reader);
}

/* An error across keys, of device @index of the configuration's list @err->key. */
static void on_complete(void *arg, int index, const struct error *err)
{
	struct reader *reader = arg;
	int line = (int)json_number(reader->seen, err->key, 1);

	reader->argument = line ? NULL : setting_for(reader->settings, err->key);
	for (unsigned int n = 0; n < reader->origin_count && index >= 0; n++) {
		const struct origin *origin = &reader->origins[n];

		if (strcmp(origin->key->name, err->key) || (unsigned int)index >= origin->count)
			continue;
		report_device(reader, err->key, origin->entries[index].number, origin->entries[index].line, err);
		return;
	}
	report_key(reader, line, err);
}

/* Without the keys that arguments gave. */
static json_object *lines_of(json_object *seen)
{
	json_object *lines = json_object_new_object();

	json_object_object_foreach(seen, key, line)
		if (json_object_get_int(line))
			json_object_object_add(lines, key, json_object_get(line));
	return lines;
}

json_object *config_parse(const struct config_source *source, struct findings *findings, json_object **lines)
{
	CLEANUP_FREE struct guest_config *config = alloc_zeroed(sizeof(*config));
	struct reader reader = { .table = &config_keys,
				 .cwd = source->cwd,
				 .defaults = source->defaults,
				 .findings = findings,
				 .settings = source->settings,
				 .to = config };

	findings_begin(findings, source->file);
	read_settings(&reader, source->text);
	config_finish(config, on_complete, &reader);
	if (lines)
		*lines = lines_of(reader.seen);
	json_object_put(reader.seen);
	return findings->first.code ? NULL : config_to_json(config);
}

int config_read_keys(const char *text, const char *file, const struct key_table *table, void *to, struct error *err)
{
	struct findings findings;
	struct reader reader = { .table = table, .findings = &findings, .to = to };

	findings_begin(&findings, file);
	read_settings(&reader, text);
	json_object_put(reader.seen);
	*err = findings.first;
	findings_end(&findings);
	return err->code ? -1 : 0;
}
