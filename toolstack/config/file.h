/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h - the text of a guest.cfg or of vimod.conf to checked values.
 */
#ifndef TOOLSTACK_CONFIG_FILE_H
#define TOOLSTACK_CONFIG_FILE_H

#include "config/findings.h"
#include "config/guest_config.h"
#include "config/keys.h"
#include "error.h"

#include <json-c/json.h>

/** What a configuration is made of. */
struct config_source {
	const char *text;                       /* of guest.cfg */
	const char *file;                       /* its name, for messages */
	const char *cwd;                        /* where relative paths start */
	json_object *settings;                  /* array of "KEY=VALUE", each in place of the file's key; or NULL */
	const struct config_defaults *defaults; /* NULL: guest.cfg(5)'s */
};

/**
 * config_parse() - canonical JSON from a guest.cfg.
 * @findings: gets all errors and warnings, each with file, line, key and remedy; findings_end() is the caller's
 * @lines: if not NULL, gets an object from each key of the file to its line
 *
 * Return: the object, checked by config_check(); NULL when there are errors.
 */
json_object *config_parse(const struct config_source *source, struct findings *findings, json_object **lines);

/**
 * config_read_keys() - read the text of a file with the keys of @table into @to; its paths are absolute.
 * @file: its name, for messages
 *
 * Return: 0; or -1 with file, line, key and remedy of the first error in @err.
 */
int config_read_keys(const char *text, const char *file, const struct key_table *table, void *to, struct error *err);

#endif
