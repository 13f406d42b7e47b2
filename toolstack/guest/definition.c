// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * definition.c - write, read and change definitions.
 */
#include "guest/definition.h"
#include "alloc.h"
#include "base/json_file.h"
#include "base/state.h"
#include "cleanup.h"
#include "json.h"
#include "log.h"

#include <stdio.h>
#include <string.h>

#define KIND "guests"
#define SUFFIX "json"
#define DEFINITION_VERSION 1

bool definition_exists(const char *name)
{
	struct error err;

	return !config_check_name(name, &err) && state_exists(KIND, name, SUFFIX);
}

json_object *definition_to_json(const struct definition *definition)
{
	json_object *json = json_object_new_object();

	json_put_number(json, "version", DEFINITION_VERSION);
	json_put_number(json, "renames", definition->renames);
	json_object_object_add(json, "autostart", json_object_new_boolean(definition->autostart.enabled));
	json_put_number(json, "order", definition->autostart.order);
	json_put_number(json, "delay", definition->autostart.delay_s);
	json_object_object_add(json, "config", config_to_json(&definition->config));
	return json;
}

static int refuse(const char *key, struct error *err)
{
	return error_key(err, ERROR_FAILED, key, "%s is missing or not usable", key);
}

static int take_number(json_object *json, const char *key, uint32_t maximum, uint32_t *to, struct error *err)
{
	int64_t number = json_number(json, key, -1);

	if (number < 0 || number > maximum)
		return refuse(key, err);
	*to = (uint32_t)number;
	return 0;
}

static int take_autostart(json_object *json, struct autostart *autostart, struct error *err)
{
	json_object *flag;

	if (!json_object_object_get_ex(json, "autostart", &flag) || !json_object_is_type(flag, json_type_boolean))
		return refuse("autostart", err);
	autostart->enabled = json_object_get_boolean(flag);
	return take_number(json, "order", DEFINITION_ORDER_MAX, &autostart->order, err) ||
			       take_number(json, "delay", DEFINITION_DELAY_MAX, &autostart->delay_s, err) ?
		       -1 :
		       0;
}

int definition_parse(const char *name, json_object *json, struct definition *definition, struct error *err)
{
	json_object *config = NULL;

	*definition = (struct definition){ 0 };
	if (json_number(json, "version", -1) != DEFINITION_VERSION)
		return error_key(err, ERROR_FAILED, "version", "it is not of version %d, so another release wrote it",
				 DEFINITION_VERSION);
	json_object_object_get_ex(json, "config", &config);
	if (take_number(json, "renames", INT32_MAX, &definition->renames, err) ||
	    take_autostart(json, &definition->autostart, err) || config_check(config, &definition->config, err))
		return -1;
	if (strcmp(definition->config.name, name))
		return error_key(err, ERROR_FAILED, "name", "it defines a guest with another name, %s",
				 definition->config.name);
	return 0;
}

static int not_found(const char *name, struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND,
			 "guest \"%.80s\" is not defined: run 'vimoctl list --all' to see the guests", name);
}

int definition_read(const char *name, struct definition *definition, struct error *err)
{
	CLEANUP_JSON json_object *json = NULL;
	char path[PATH_MAX];
	struct error inner;

	if (!definition_exists(name))
		return not_found(name, err);
	state_path(path, KIND, name, SUFFIX);
	json = json_file_read(path, err);
	if (!json)
		return err->code == ERROR_NOT_FOUND ? not_found(name, err) : -1;
	if (!definition_parse(name, json, definition, &inner))
		return 0;
	return error_set(err, ERROR_FAILED,
			 "%s is refused: %.600s: run 'vimoctl undefine %s' and define the guest again", path,
			 inner.text, name);
}

void definitions_each(void (*fn)(void *arg, const char *name), void *arg)
{
	state_each(KIND, SUFFIX, fn, arg);
}

static int definition_write(const struct definition *definition, struct error *err)
{
	CLEANUP_JSON json_object *json = definition_to_json(definition);
	char path[PATH_MAX];

	state_path(path, KIND, definition->config.name, SUFFIX);
	return state_make(KIND, err) || json_file_write(path, json, err) ? -1 : 0;
}

/* Another definition with the same UUID, and how many definitions there are. */
struct census {
	const struct guest_config *config;
	struct definition *other;
	uint32_t count;
	char twin[64]; /* empty: none */
};

static void count_definition(void *arg, const char *name)
{
	struct census *census = arg;
	struct error err;

	census->count++;
	if (strcmp(name, census->config->name) && !definition_read(name, census->other, &err) &&
	    !strcmp(census->other->config.uuid, census->config->uuid))
		snprintf(census->twin, sizeof(census->twin), "%s", name);
}

static int check_others(const struct guest_config *config, bool is_new, struct error *err)
{
	CLEANUP_FREE struct definition *other = alloc_zeroed(sizeof(*other));
	struct census census = { .config = config, .other = other };

	definitions_each(count_definition, &census);
	if (census.twin[0])
		return error_key(err, ERROR_STATE, "uuid",
				 "uuid = %s is that of guest \"%s\", too: remove uuid to get another, or run 'vimoctl "
				 "rename %s %s'",
				 config->uuid, census.twin, census.twin, config->name);
	if (is_new && census.count >= DEFINITIONS_MAX)
		return error_set(err, ERROR_RESOURCES, "%u guests are defined, which is the most: undefine a guest",
				 DEFINITIONS_MAX);
	return 0;
}

int definition_define(const struct guest_config *config, struct error *err)
{
	CLEANUP_FREE struct definition *definition = alloc_zeroed(sizeof(*definition));
	bool is_new = !definition_exists(config->name);

	if (is_new)
		definition->autostart.order = DEFINITION_ORDER;
	else if (definition_read(config->name, definition, err))
		return -1;
	definition->config = *config;
	return check_others(config, is_new, err) ? -1 : definition_write(definition, err);
}

int definition_autostart(const char *name, const struct autostart *autostart, struct error *err)
{
	CLEANUP_FREE struct definition *definition = alloc_zeroed(sizeof(*definition));

	if (definition_read(name, definition, err))
		return -1;
	definition->autostart = *autostart;
	return definition_write(definition, err);
}

int definition_undefine(const char *name, struct error *err)
{
	char path[PATH_MAX];

	if (!definition_exists(name))
		return not_found(name, err);
	state_path(path, KIND, name, SUFFIX);
	return json_file_remove(path, err);
}

/* The new file first: definitions_recover() removes the old file if vimod is killed in between. */
int definition_rename(const char *name, const char *to, struct error *err)
{
	CLEANUP_FREE struct definition *definition = alloc_zeroed(sizeof(*definition));
	struct error ignored;

	if (config_check_name(to, err) || definition_read(name, definition, err))
		return -1;
	if (definition_exists(to))
		return error_set(err, ERROR_STATE, "guest \"%s\" is defined already: choose another name", to);
	snprintf(definition->config.name, sizeof(definition->config.name), "%s", to);
	definition->renames++;
	if (definition_write(definition, err))
		return -1;
	if (!definition_undefine(name, err))
		return 0;
	definition_undefine(to, &ignored);
	return -1;
}

/* A definition that stays, unless another one is newer. */
struct recovery {
	struct definition *definition, *other;
};

static void remove_older(void *arg, const char *name)
{
	struct recovery *recovery = arg;
	const struct definition *definition = recovery->definition;
	struct error err;

	if (!strcmp(name, definition->config.name) || definition_read(name, recovery->other, &err) ||
	    strcmp(recovery->other->config.uuid, definition->config.uuid) ||
	    recovery->other->renames >= definition->renames)
		return;
	log_info("%s: it was renamed to %s as vimod ended: its old name goes", name, definition->config.name);
	if (definition_undefine(name, &err))
		log_warning("%s", err.text);
}

static void recover(void *arg, const char *name)
{
	struct recovery *recovery = arg;
	struct error err;

	if (definition_read(name, recovery->definition, &err)) {
		if (err.code != ERROR_NOT_FOUND)
			log_error("%s", err.text);
	} else if (recovery->definition->renames) {
		definitions_each(remove_older, recovery);
	}
}

void definitions_recover(void)
{
	CLEANUP_FREE struct definition *definition = alloc_zeroed(sizeof(*definition));
	CLEANUP_FREE struct definition *other = alloc_zeroed(sizeof(*other));
	struct recovery recovery = { definition, other };

	definitions_each(recover, &recovery);
}
