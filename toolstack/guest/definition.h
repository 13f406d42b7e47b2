/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * definition.h - guests that stay: /var/lib/vimo/guests/NAME.json.
 *
 * A definition is read when it is needed, and checked each time. Those who change one are jobs of saving.h.
 */
#ifndef TOOLSTACK_GUEST_DEFINITION_H
#define TOOLSTACK_GUEST_DEFINITION_H

#include "config/config.h"

#define DEFINITION_ORDER_MAX 9999u
#define DEFINITION_ORDER 100u /* unless it is set */
#define DEFINITION_DELAY_MAX 3600u
#define DEFINITIONS_MAX 1024u

/** When vimod starts a guest without being asked. */
struct autostart {
	bool enabled;
	uint32_t order;   /* lower ones start first and are shut down last */
	uint32_t delay_s; /* after its start, before the next guest's */
};

struct definition {
	struct guest_config config;
	struct autostart autostart;
	uint32_t renames; /* of two definitions with one UUID, the one with more renames is valid */
};

/** definition_exists() - whether a file is there; it may be refused. @name is checked. Any thread. */
bool definition_exists(const char *name);
/**
 * definition_read() - read and check. Any thread.
 *
 * Return: 0, or -1: ERROR_NOT_FOUND when @name is not defined, else why the file is refused.
 */
int definition_read(const char *name, struct definition *definition, struct error *err);
/** definition_to_json() - what definition_read() reads. */
json_object *definition_to_json(const struct definition *definition);
/** definition_parse() - the reverse, for the guest @name. Return: 0 or -1. */
int definition_parse(const char *name, json_object *json, struct definition *definition, struct error *err);
/** definitions_each() - call @fn with the name of each definition. Any thread. */
void definitions_each(void (*fn)(void *arg, const char *name), void *arg);

/* Jobs of saving.h call these. Each leaves the old or the new state, whenever vimod or dom0 ends. */
/** definition_define() - make or replace the definition of config->name; autostart stays. Return: 0 or -1. */
int definition_define(const struct guest_config *config, struct error *err);
/** definition_autostart() - change when it starts. Return: 0 or -1. */
int definition_autostart(const char *name, const struct autostart *autostart, struct error *err);
/** definition_undefine() - remove it. Return: 0 or -1. */
int definition_undefine(const char *name, struct error *err);
/** definition_rename() - @to is not defined yet. Return: 0 or -1. */
int definition_rename(const char *name, const char *to, struct error *err);
/** definitions_recover() - end renames that a kill of vimod left halfway. */
void definitions_recover(void);

#endif
