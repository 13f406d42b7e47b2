// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * describe_definition.c - a definition as JSON, and a guest that is defined and does not run.
 */
#include "api/describe_definition.h"
#include "alloc.h"
#include "cleanup.h"
#include "json.h"
#include "log.h"

static json_object *describe_autostart(const struct autostart *autostart)
{
	json_object *json = json_object_new_object();

	json_object_object_add(json, "enabled", json_object_new_boolean(autostart->enabled));
	json_put_number(json, "order", autostart->order);
	json_put_number(json, "delay", autostart->delay_s);
	return json;
}

json_object *describe_definition(const struct definition *definition)
{
	json_object *json = json_object_new_object();

	json_object_object_add(json, "config", config_to_json(&definition->config));
	json_object_object_add(json, "autostart", describe_autostart(&definition->autostart));
	return json;
}

void describe_if_defined(const char *name, json_object *guest)
{
	CLEANUP_FREE struct definition *definition = alloc_zeroed(sizeof(*definition));
	struct error err;

	if (!definition_read(name, definition, &err))
		json_object_object_add(guest, "autostart", describe_autostart(&definition->autostart));
}

/* A definition that is refused shows that, and only its name. */
static void put_definition(json_object *json, const struct definition *definition, enum describe_depth depth)
{
	json_put_string(json, "uuid", definition->config.uuid);
	json_put_number(json, "id", 0);
	json_put_string(json, "state", "defined");
	json_put_number(json, "memory", definition->config.memory_bytes >> 20);
	json_put_number(json, "vcpus", definition->config.vcpus);
	if (depth < DESCRIBE_WHOLE)
		return;
	json_object_object_add(json, "config", config_to_json(&definition->config));
	json_object_object_add(json, "autostart", describe_autostart(&definition->autostart));
}

json_object *describe_defined(const char *name, enum describe_depth depth, struct error *err)
{
	CLEANUP_FREE struct definition *definition = alloc_zeroed(sizeof(*definition));
	json_object *json;

	if (definition_read(name, definition, err))
		return NULL;
	json = json_object_new_object();
	json_put_string(json, "name", name);
	put_definition(json, definition, depth);
	return json;
}

struct listing {
	struct guests *guests;
	json_object *list;
	enum describe_depth depth;
};

static void list_defined(void *arg, const char *name)
{
	const struct listing *listing = arg;
	json_object *json;
	struct error err;

	if (guest_find(listing->guests, name))
		return;
	json = describe_defined(name, listing->depth, &err);
	if (json)
		json_object_array_add(listing->list, json);
	else
		log_warning("%s", err.text);
}

void describe_add_defined(struct guests *guests, enum describe_depth depth, json_object *reply)
{
	struct listing listing = { .guests = guests, .depth = depth };

	json_object_object_get_ex(reply, "guests", &listing.list);
	for (size_t n = 0; depth == DESCRIBE_WHOLE && n < json_object_array_length(listing.list); n++) {
		json_object *guest = json_object_array_get_idx(listing.list, n);

		describe_if_defined(json_string(guest, "name"), guest);
	}
	definitions_each(list_defined, &listing);
}
