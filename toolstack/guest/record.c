// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * record.c - write and read domain.json.
 */
#include "guest/record.h"
#include "alloc.h"
#include "base/store.h"
#include "cleanup.h"
#include "json.h"
#include "log.h"

#include <stdio.h>
#include <string.h>

#define FILE_NAME "domain.json"

int record_write(const struct guest *guest, struct error *err)
{
	CLEANUP_JSON json_object *json = json_object_new_object();

	json_put_number(json, "version", 1);
	json_put_number(json, "domain", guest->domain);
	json_put_number(json, "slots", guest->slots);
	json_put_number(json, "boot_id", (int64_t)guest->guests->boot_id);
	json_put_string(json, "state", guest_state_name(guest->state));
	json_put_string(json, "cause", guest->cause);
	json_object_object_add(json, "restart", json_object_new_boolean(guest->restart));
	json_object_object_add(json, "reboot", json_object_new_boolean(guest->reboot));
	json_object_object_add(json, "config", config_to_json(&guest->config));
	return store_write(guest->config.name, FILE_NAME, json, err);
}

void record_update(struct guest *guest)
{
	struct error err;

	if (record_write(guest, &err))
		log_warning("%s", err.text);
	guest_announce(guest);
}

/* Return: whether there is a state of that name. */
static bool find_state(const char *name, enum guest_state *state)
{
	for (*state = GUEST_NEW; *state < GUEST_STATES; ++*state)
		if (name && !strcmp(guest_state_name(*state), name))
			return true;
	return false;
}

static void take(struct guest *guest, json_object *json)
{
	const char *cause = json_string(json, "cause");

	if (json_number(json, "boot_id", 0) == (int64_t)guest->guests->boot_id)
		guest->domain = json_number(json, "domain", 0);
	guest->slots = json_number(json, "slots", CONFIG_SLOT_FIRST);
	guest->restart = json_flag(json, "restart");
	guest->reboot = json_flag(json, "reboot");
	snprintf(guest->cause, sizeof(guest->cause), "%s", cause ? cause : "");
}

struct guest *record_read(struct guests *guests, const char *name, enum guest_state *state)
{
	CLEANUP_FREE struct guest_config *config = alloc_zeroed(sizeof(*config));
	CLEANUP_JSON json_object *json = store_read(name, FILE_NAME);
	json_object *config_json = NULL;
	struct guest *guest;
	struct error err;

	json_object_object_get_ex(json, "config", &config_json);
	if (!find_state(json_string(json, "state"), state) || config_check(config_json, config, &err)) {
		log_warning("%s: its record cannot be read: removed", name);
		store_remove(name);
		return NULL;
	}
	guest = guest_new(guests, config);
	take(guest, json);
	return guest;
}
