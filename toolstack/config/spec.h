/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spec.h - a disk or a network in one string, as xl writes them.
 */
#ifndef TOOLSTACK_CONFIG_SPEC_H
#define TOOLSTACK_CONFIG_SPEC_H

#include "config/guest_config.h"
#include "config/keys.h"
#include "error.h"

#include <json-c/json.h>

/**
 * config_spec() - the object of a device that is written as xl does ("vdev=vda,target=/path").
 * @table: config_disk_keys or config_vif_keys
 *
 * Return: the object, its values not checked yet; NULL with @err.
 */
json_object *config_spec(const struct key_table *table, const char *text, const char *cwd, struct error *err);

/** Takes an error of one part of the string. */
typedef void (*spec_report_fn)(void *arg, const struct error *err);

/** config_spec_all() - config_spec() with all errors. Return: an object of the parts that can be read. */
json_object *config_spec_all(const struct key_table *table, const char *text, const char *cwd, spec_report_fn report,
			     void *arg);

/** config_value() - a value that is written as text, in the type of its key. Return: NULL: it is not of that type. */
json_object *config_value(const struct key *key, const char *text, const char *cwd);

/** config_cwd() - where relative paths of a device of @table start, for a caller in @cwd. @defaults may be NULL. */
const char *config_cwd(const struct key_table *table, const char *cwd, const struct config_defaults *defaults);

/** config_add_defaults() - set keys of a device that are not given and have a default. @defaults may be NULL. */
void config_add_defaults(const struct key_table *table, json_object *json, const struct config_defaults *defaults);

/** config_path() - @text as a path that begins at @cwd; a URI stays. Return: a new string. */
json_object *config_path(const char *text, const char *cwd);

#endif
