// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_record.c - any text as a guest's domain.json, or as its definition. The guest that comes of it is recorded
 * again, and that record gives the same guest; so does the definition.
 */
#include "base/store.h"
#include "guest/definition.h"
#include "guest/record.h"
#include "fuzz.h"
#include "log.h"

#include <stdlib.h>

#define NAME "g"

static json_object *written;

/* Beside record_parse() and record_write(), nothing of the store is used. */
const char *store_record(const char *name, const char *file)
{
	(void)name;
	return file;
}

json_object *store_read(const char *name, const char *file, struct error *err)
{
	(void)name;
	(void)file;
	(void)err;
	return json_object_get(written);
}

void store_remove(const char *name)
{
	(void)name;
	abort();
}

int store_write(const char *name, const char *file, json_object *json, struct error *err)
{
	(void)file;
	(void)err;
	if (strcmp(name, NAME))
		abort();
	json_object_put(written);
	written = json_tokener_parse(json_object_to_json_string(json));
	return 0;
}

void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
	abort();
}

/* A guest is its record, and its record is the guest. */
static void check(const struct record *record)
{
	struct guests guests = { .device = -1, .boot_id = record->boot_id };
	struct guest first = { .guests = &guests, .config = record->config, .state = record->state };
	struct guest *second;
	struct error err;

	if (strcmp(record->config.name, NAME) || record->state >= GUEST_STATES || record->slots > CONFIG_SLOTS)
		abort();
	first.domain = record->domain;
	first.slots = record->slots;
	first.restart = record->restart;
	first.reboot = record->reboot;
	strcpy(first.cause, record->cause);
	strcpy(first.asked, record->asked);
	first.cause_kind = record->cause_kind;
	if (record_write(&first, &err))
		abort();
	second = record_read(&guests, NAME);
	if (!second || guests.first != second || second->recorded != first.state || second->fd != -1 ||
	    second->domain != first.domain || second->slots != first.slots || second->restart != first.restart ||
	    second->reboot != first.reboot || strcmp(second->cause, first.cause) ||
	    strcmp(second->asked, first.asked) || second->cause_kind != first.cause_kind ||
	    memcmp(&second->config, &first.config, sizeof(first.config)))
		abort();
	guest_unlist(second);
	free(second);
}

/* A definition that was read is written as the same definition. */
static void check_definition(const struct definition *first)
{
	json_object *json = definition_to_json(first);
	static struct definition second;
	struct error err;

	if (strcmp(first->config.name, NAME) || first->autostart.order > DEFINITION_ORDER_MAX ||
	    first->autostart.delay_s > DEFINITION_DELAY_MAX || definition_parse(NAME, json, &second, &err) ||
	    memcmp(&second.config, &first->config, sizeof(first->config)) || second.renames != first->renames ||
	    second.autostart.enabled != first->autostart.enabled)
		abort();
	json_object_put(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct definition definition;
	static struct record record;
	struct json_tokener *tokener = json_tokener_new();
	json_object *json = json_tokener_parse_ex(tokener, (const char *)data, (int)bytes);
	struct error err;

	json_tokener_free(tokener);
	if (!record_parse(NAME, json, &record, &err))
		check(&record);
	if (!definition_parse(NAME, json, &definition, &err))
		check_definition(&definition);
	json_object_put(json);
	json_object_put(written);
	written = NULL;
	return 0;
}
