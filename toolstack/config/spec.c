// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spec.c - disks and networks in one string, as xl writes them:
 * xl-disk-configuration(5), xl-network-configuration(5).
 */
#include "config/spec.h"
#include "cleanup.h"
#include "config/config.h"
#include "config/nbd.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The keys of parts without "=", in this order; of disks only. */
static const char *const positions[] = { "target", "format", "vdev", "access" };
#define POSITIONS (sizeof(positions) / sizeof(positions[0]))

json_object *config_path(const char *text, const char *cwd)
{
	CLEANUP_FREE char *path = NULL;

	if (!*text || *text == '/' || nbd_is_uri(text) || asprintf(&path, "%s/%s", cwd, text) < 0)
		return json_object_new_string(text);
	return json_object_new_string(path);
}

/* A value in the type of its key, or NULL. */
static json_object *typed(const struct key *key, const char *text, const char *cwd)
{
	long long number;
	char *end;

	switch (key->type) {
	case KEY_NUMBER:
		errno = 0;
		number = strtoll(text, &end, 10);
		return *end || errno ? NULL : json_object_new_int64(number);
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

static int put(const struct key_table *table, const char *name, const char *text, const char *cwd, json_object *json,
	       struct error *err)
{
	const struct key *key = keys_find(table, name);
	const struct foreign_key *foreign = keys_find_foreign(table, name);
	json_object *value;

	if (!key && foreign && !foreign->advice)
		return 0;
	if (!key)
		return keys_unknown(table, name, err);
	if (!*text)
		return 0; /* as if it were not given */
	if (key->type == KEY_PATHS) {
		if (!json_object_object_get_ex(json, name, &value))
			json_object_object_add(json, name, value = json_object_new_array());
		json_object_array_add(value, config_path(text, cwd));
		return 0;
	}
	if (json_object_object_get_ex(json, name, NULL)) {
		return error_key(err, ERROR_FAILED, name, "%s is given twice: remove one of them", name);
	}
	value = typed(key, text, cwd);
	if (!value) {
		return error_key(err, ERROR_FAILED, name, "%s=%.80s is not possible: write %s", name, text, key->hint);
	}
	json_object_object_add(json, name, value);
	return 0;
}

/* The old syntax, "raw:/path". */
static int check_prefix(const char *text, struct error *err)
{
	static const char *const prefixes[] = { "raw:", "phy:",  "file:",  "tap:", "tapdisk:",
						"aio:", "qcow:", "qcow2:", "vhd:" };

	for (size_t n = 0; n < sizeof(prefixes) / sizeof(prefixes[0]); n++)
		if (!strncmp(text, prefixes[n], strlen(prefixes[n]))) {
			return error_key(err, ERROR_FAILED, "target",
					 "\"%.200s\" has the old syntax: write format=raw,target=%.200s", text,
					 text + strlen(prefixes[n]));
		}
	return 0;
}

static int put_part(const struct key_table *table, char *part, size_t *position, const char *cwd, json_object *json,
		    struct error *err)
{
	char *value = nbd_is_uri(part) ? NULL : strchr(part, '=');

	if (value) {
		*value = '\0';
		return put(table, part, value + 1, cwd, json, err);
	}
	if (keys_find_foreign(table, part)) /* a flag */
		return put(table, part, "", cwd, json, err);
	if (table != &config_disk_keys && !*part)
		return 0;
	if (table != &config_disk_keys)
		return error_set(err, ERROR_FAILED,
				 "\"%.80s\" is not of the form key=value: write one of the keys that %s lists", part,
				 table->page);
	/* Keys that are given by name take no position. */
	while (*position < POSITIONS && json_object_object_get_ex(json, positions[*position], NULL))
		++*position;
	if (*position == POSITIONS)
		return *part ? error_set(
				       err, ERROR_FAILED,
				       "\"%.80s\" is a fifth value without a key: write target,format,vdev,access, then key=value",
				       part) :
			       0;
	if (!*position && check_prefix(part, err))
		return -1;
	return put(table, positions[(*position)++], part, cwd, json, err);
}

json_object *config_spec(const struct key_table *table, const char *text, const char *cwd, struct error *err)
{
	CLEANUP_JSON json_object *json = json_object_new_object();
	CLEANUP_FREE char *copy = strdup(text);
	char *part = copy, *next;
	size_t position = 0;

	for (; part; part = next) {
		part += strspn(part, " \t");
		/* target= is the last part: a path may have commas. */
		next = strncmp(part, "target=", 7) ? strchr(part, ',') : NULL;
		if (next)
			*next++ = '\0';
		if (put_part(table, part, &position, cwd, json, err))
			return NULL;
	}
	return json_object_get(json);
}
