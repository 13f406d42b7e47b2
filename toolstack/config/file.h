/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h - guest.cfg, libconfig's syntax, to canonical JSON.
 */
#ifndef TOOLSTACK_CONFIG_FILE_H
#define TOOLSTACK_CONFIG_FILE_H

#include "config/keys.h"
#include "error.h"

#include <json-c/json.h>

/**
 * config_parse() - canonical JSON from the text of a guest.cfg.
 * @file: its name, for messages
 * @cwd: where relative paths start
 * @lines: if not NULL, gets an object from each given key to its line
 *
 * Return: the object, checked by config_check(); NULL with file, line, key and remedy in @err.
 */
json_object *config_parse(const char *text, const char *file, const char *cwd, json_object **lines, struct error *err);

/**
 * config_read_keys() - read the text of a file with the keys of @table into @to; its paths are absolute.
 * @file: its name, for messages
 *
 * Return: 0; or -1 with file, line, key and remedy in @err.
 */
int config_read_keys(const char *text, const char *file, const struct key_table *table, void *to, struct error *err);

#endif
