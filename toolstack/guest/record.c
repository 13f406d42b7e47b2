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
#include "text.h"

#include <vimo/abi.h>

#include <stdio.h>
#include <string.h>

#define FILE_NAME "domain.json"
#define RECORD_VERSION 1

int record_write(const struct guest *guest, struct error *err)
{
	CLEANUP_JSON json_object *json = json_object_new_object();
	char cause[sizeof(guest->cause)];

	snprintf(cause, sizeof(cause), "%s", guest->cause);
	text_clean(cause); /* it may be cut within a character */
	json_put_number(json, "version", RECORD_VERSION);
	json_put_number(json, "domain", guest->domain);
	json_put_number(json, "slots", guest->slots);
	json_put_number(json, "boot_id", (int64_t)guest->guests->boot_id);
	json_put_string(json, "state", guest_state_name(guest->state));
	json_put_number(json, "started_ms", (int64_t)guest->started_ms);
	json_put_string(json, "cause", cause);
	json_put_string(json, "cause_kind", cause_name(guest->cause_kind));
	json_put_string(json, "asked", guest->asked);
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

/* A guest has a record from GUEST_BUILDING on. Return: whether there is such a state of that name. */
static bool find_state(const char *name, enum guest_state *state)
{
	for (*state = GUEST_BUILDING; *state < GUEST_STATES; ++*state)
		if (name && !strcmp(guest_state_name(*state), name))
			return true;
	return false;
}

static bool is_type(json_object *json, const char *key, json_type type)
{
	json_object *value;

	return json_object_object_get_ex(json, key, &value) && json_object_is_type(value, type);
}

static int refuse(const char *key, struct error *err)
{
	return error_key(err, ERROR_FAILED, key, "%s is missing or not usable", key);
}

static int take_numbers(json_object *json, struct record *record, struct error *err)
{
	int64_t domain = json_number(json, "domain", -1), slots = json_number(json, "slots", -1);

	/* A guest whose domain is gone is ending. */
	if (domain < (record->state == GUEST_ENDING ? 0 : 1) || domain >= VIMO_DOMAIN_MAX)
		return refuse("domain", err);
	if (slots < CONFIG_SLOT_FIRST || slots > CONFIG_SLOTS)
		return refuse("slots", err);
	if (!is_type(json, "boot_id", json_type_int))
		return refuse("boot_id", err);
	record->domain = (uint32_t)domain;
	record->slots = (uint32_t)slots;
	/* The release before did not write it. */
	record->started_ms = json_number(json, "started_ms", 0) > 0 ? (uint64_t)json_number(json, "started_ms", 0) : 0;
	record->boot_id = (uint64_t)json_number(json, "boot_id", 0);
	return 0;
}

static int take_end(json_object *json, struct record *record, struct error *err)
{
	const char *cause = json_string(json, "cause"), *asked;

	if (!cause || strlen(cause) >= sizeof(record->cause))
		return refuse("cause", err);
	if (!is_type(json, "restart", json_type_boolean))
		return refuse("restart", err);
	if (!is_type(json, "reboot", json_type_boolean))
		return refuse("reboot", err);
	snprintf(record->cause, sizeof(record->cause), "%s", cause);
	text_clean(record->cause);
	/* The release before did not write these two. */
	record->cause_kind = cause_find(json_string(json, "cause_kind"));
	asked = json_string(json, "asked");
	snprintf(record->asked, sizeof(record->asked), "%s", asked ? asked : "");
	text_clean(record->asked);
	record->restart = json_flag(json, "restart");
	record->reboot = json_flag(json, "reboot");
	return 0;
}

/* vimo-dm and the helpers find a device by its slot. */
static int take_config(const char *name, json_object *json, struct record *record, struct error *err)
{
	json_object *config = NULL;

	json_object_object_get_ex(json, "config", &config);
	if (config_check(config, &record->config, err))
		return -1;
	if (strcmp(record->config.name, name))
		return error_key(err, ERROR_FAILED, "name", "it is of a guest with another name, %s",
				 record->config.name);
	if (config_slots_used(&record->config) > record->slots)
		return refuse("slots", err);
	return 0;
}

int record_parse(const char *name, json_object *json, struct record *record, struct error *err)
{
	int64_t version = json_number(json, "version", -1);

	*record = (struct record){ 0 };
	if (version != RECORD_VERSION)
		return error_key(err, ERROR_FAILED, "version", "it is not of version %d, so another release wrote it",
				 RECORD_VERSION);
	if (!find_state(json_string(json, "state"), &record->state))
		return refuse("state", err);
	return take_numbers(json, record, err) || take_end(json, record, err) || take_config(name, json, record, err) ?
		       -1 :
		       0;
}

static struct guest *make_guest(struct guests *guests, const struct record *record)
{
	struct guest *guest = guest_new(guests, &record->config);

	if (record->boot_id == guests->boot_id)
		guest->domain = record->domain;
	guest->recorded = record->state;
	guest->slots = record->slots;
	guest->started_ms = record->started_ms;
	guest->restart = record->restart;
	guest->reboot = record->reboot;
	snprintf(guest->cause, sizeof(guest->cause), "%s", record->cause);
	guest->cause_kind = record->cause_kind;
	guest_asked(guest, record->asked);
	return guest;
}

struct guest *record_read(struct guests *guests, const char *name)
{
	CLEANUP_FREE struct record *record = alloc_zeroed(sizeof(*record));
	CLEANUP_JSON json_object *json = NULL;
	struct error err;

	json = store_read(name, FILE_NAME, &err);
	if (json && !record_parse(name, json, record, &err))
		return make_guest(guests, record);
	if (err.code == ERROR_NOT_FOUND) {
		log_info("%s: it was ended halfway: its files are removed", name);
		store_remove(name);
		return NULL;
	}
	log_error("%s: its record is refused, and the guest goes on without vimod: %s: start the release of vimod that "
		  "wrote it; or shut the guest down from inside, remove %s, and restart the machine to free its memory",
		  name, err.text, store_record(name, ""));
	return NULL;
}
