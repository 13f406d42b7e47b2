/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - guest.cfg to canonical JSON, and canonical JSON to a checked struct.
 */
#ifndef TOOLSTACK_CONFIG_H
#define TOOLSTACK_CONFIG_H

#include "error.h"

#include <json-c/json.h>
#include <limits.h>
#include <stdint.h>

enum guest_action { ACTION_DESTROY, ACTION_RESTART, ACTION_PRESERVE };

struct guest_config {
	char name[64];
	char uuid[37];
	char kernel[PATH_MAX];
	char ramdisk[PATH_MAX]; /* empty: none */
	char extra[2048];
	uint64_t memory_bytes;
	uint32_t vcpus;
	uint32_t weight;
	enum guest_action on_poweroff, on_reboot, on_crash;
};

/**
 * config_parse() - canonical JSON from the text of a guest.cfg.
 * @file: its name, for messages
 * @cwd: what relative paths start from
 * @lines: if not NULL: gets an object from each key that is there to its line
 *
 * Return: the object, checked by config_check(); NULL with file, line, key and the fix in @err.
 */
json_object *config_parse(const char *text, const char *file, const char *cwd, json_object **lines, struct error *err);

/** config_check() - check canonical JSON and take it over. Return: 0 or -1. */
int config_check(json_object *json, struct guest_config *config, struct error *err);

/** config_to_json() - canonical JSON of a checked configuration. */
json_object *config_to_json(const struct guest_config *config);

#endif
