// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spec.c - disks and networks in one string, as xl writes them:
 * xl-disk-configuration(5), xl-network-configuration(5).
 */
#include "config/spec.h"
#include "cleanup.h"
#include "config/config.h"
#include "config/nbd.h"
#include "json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The keys of parts without "=", in this order; of disks only. */
#define POSITIONS 4u
static const char *const positions[POSITIONS] = { "target", "format", "vdev", "access" };
/* The older order, of a target that begins with its format; the format is given then. */
static const char *const old_positions[POSITIONS] = { "target", "vdev", "access", "format" };

static const struct {
	const char *prefix, *format;
} prefixes[] = {
	{ "raw:", "raw" },   { "phy:", "raw" },     { "file:", "raw" }, { "aio:", "raw" },
	{ "qcow:", "qcow" }, { "qcow2:", "qcow2" }, { "vhd:", "vpc" },
};
/* Before one of them. */
static const char *const drivers[] = { "tap:", "tap2:", "tapdisk:" };

/* A string that is read. */
struct spec {
	const struct key_table *table;
	const char *cwd;
	json_object *json;
	const char *const *positions;
	size_t position;
};

json_object *config_path(const char *text, const char *cwd)
{
	CLEANUP_FREE char *path = NULL;

	if (!*text || *text == '/' || nbd_is_uri(text) || asprintf(&path, "%s/%s", cwd, text) < 0)
		return json_object_new_string(text);
	return json_object_new_string(path);
}

const char *config_cwd(const struct key_table *table, const char *cwd, const struct config_defaults *defaults)
{
	return table == &config_disk_keys && defaults && *defaults->storage_directory ? defaults->storage_directory :
											cwd;
}

void config_add_defaults(const struct key_table *table, json_object *json, const struct config_defaults *defaults)
{
	const char *backend = json_string(json, "backend");

	if (table != &config_vif_keys || !defaults || !*defaults->bridge)
		return;
	if (json_object_object_get_ex(json, "backend", NULL) &&
	    (!backend || strcmp(backend, vif_backend_names[VIF_BRIDGE])))
		return;
	if (!json_object_object_get_ex(json, "bridge", NULL))
		json_put_string(json, "bridge", defaults->bridge);
}

json_object *config_value(const struct key *key, const char *text, const char *cwd)
{
	long long number;
	char *end;

	switch (key->type) {
	case KEY_NUMBER:
		number = strtoll(text, &end, 10); /* what does not fit is above every limit */
		return *end || end == text ? NULL : json_object_new_int64(number);
	case KEY_FLAG:
		if (!strcmp(text, "true") || !strcmp(text, "1"))
			return json_object_new_boolean(1);
		return strcmp(text, "false") && strcmp(text, "0") ? NULL : json_object_new_boolean(0);
	case KEY_PATH:
	case KEY_IMAGE: return config_path(text, cwd);
	case KEY_WORD: /* xl's other names of access and format */
		return json_object_new_string(!strcmp(text, "w")   ? "rw" :
					      !strcmp(text, "r")   ? "ro" :
					      !strcmp(text, "vhd") ? "vpc" :
								     text);
	default: return json_object_new_string(text);
	}
}

static int put(struct spec *spec, const char *name, const char *text, struct error *err)
{
	const struct key *key = keys_find(spec->table, name);
	const struct foreign_key *foreign = keys_find_foreign(spec->table, name);
	json_object *value;

	if (!key && foreign && !foreign->advice)
		return 0;
	if (!key)
		return keys_unknown(spec->table, name, err);
	if (!*text)
		return 0; /* as if it were not given */
	if (key->type == KEY_PATHS) {
		if (!json_object_object_get_ex(spec->json, name, &value))
			json_object_object_add(spec->json, name, value = json_object_new_array());
		json_object_array_add(value, config_path(text, spec->cwd));
		return 0;
	}
	if (json_object_object_get_ex(spec->json, name, NULL)) {
		return error_key(err, ERROR_FAILED, name, "%s is given twice: remove one of them", name);
	}
	value = config_value(key, text, spec->cwd);
	if (!value) {
		return error_key(err, ERROR_FAILED, name, "%s=%.80s is not possible: write %s", name, text, key->hint);
	}
	json_object_object_add(spec->json, name, value);
	return 0;
}

static bool take_prefix(const char **text, const char *prefix)
{
	size_t length = strlen(prefix);

	if (strncmp(*text, prefix, length))
		return false;
	*text += length;
	return true;
}

/* A target that may have the older syntax, "phy:/path". */
static int put_target(struct spec *spec, const char *text, struct error *err)
{
	const char *format = NULL, *path = text;
	bool driver = false;

	for (size_t n = 0; n < sizeof(drivers) / sizeof(drivers[0]) && !driver; n++)
		driver = take_prefix(&path, drivers[n]);
	for (size_t n = 0; n < sizeof(prefixes) / sizeof(prefixes[0]) && !format; n++)
		if (take_prefix(&path, prefixes[n].prefix))
			format = prefixes[n].format;
	if (!driver && !format)
		return put(spec, "target", text, err);
	spec->positions = old_positions;
	return put(spec, "format", format ? format : "raw", err) || put(spec, "target", path, err) ? -1 : 0;
}

static int put_part(struct spec *spec, char *part, struct error *err)
{
	char *value = nbd_is_uri(part) ? NULL : strchr(part, '=');
	const char *name;

	if (value) {
		*value = '\0';
		return put(spec, part, value + 1, err);
	}
	if (keys_find_foreign(spec->table, part)) /* a flag */
		return put(spec, part, "", err);
	if (spec->table != &config_disk_keys && !*part)
		return 0;
	if (spec->table != &config_disk_keys)
		return error_set(err, ERROR_FAILED,
				 "\"%.80s\" is not of the form key=value: write one of the keys that %s lists", part,
				 spec->table->page);
	/* Keys that are given by name take no position. */
	while (spec->position < POSITIONS &&
	       json_object_object_get_ex(spec->json, spec->positions[spec->position], NULL))
		spec->position++;
	if (spec->position == POSITIONS)
		return *part ? error_set(
				       err, ERROR_FAILED,
				       "\"%.80s\" is a fifth value without a key: write target,format,vdev,access, then key=value",
				       part) :
			       0;
	name = spec->positions[spec->position++];
	return strcmp(name, "target") ? put(spec, name, part, err) : put_target(spec, part, err);
}

json_object *config_spec_all(const struct key_table *table, const char *text, const char *cwd, spec_report_fn report,
			     void *arg)
{
	struct spec spec = { table, cwd, json_object_new_object(), positions, 0 };
	CLEANUP_FREE char *copy = strdup(text);
	char *part = copy, *next;
	struct error err;

	for (; part; part = next) {
		part += strspn(part, " \t");
		/* target= is the last part: a path may have commas. */
		next = strncmp(part, "target=", 7) ? strchr(part, ',') : NULL;
		if (next)
			*next++ = '\0';
		if (put_part(&spec, part, &err))
			report(arg, &err);
	}
	return spec.json;
}

static void keep_first(void *arg, const struct error *err)
{
	struct error *first = arg;

	if (!first->code)
		*first = *err;
}

json_object *config_spec(const struct key_table *table, const char *text, const char *cwd, struct error *err)
{
	json_object *json;

	*err = (struct error){ 0 };
	json = config_spec_all(table, text, cwd, keep_first, err);
	if (!err->code)
		return json;
	json_object_put(json);
	return NULL;
}
