// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * describe.c - a guest's configuration, state and counters as JSON.
 */
#include "api/describe.h"
#include "device.h"
#include "guest/adopt.h"
#include "json.h"
#include "text.h"

#include <stddef.h>
#include <stdio.h>

/* A text that may be cut within a character. */
static void put_text(json_object *json, const char *key, const char *text)
{
	char clean[sizeof(((struct guest *)NULL)->cause)];

	snprintf(clean, sizeof(clean), "%s", text);
	text_clean(clean);
	if (*clean)
		json_put_string(json, key, clean);
}

static void put_counters(json_object *json, const struct vimo_ioc_domain_info *info)
{
	json_put_number(json, "vcpus_online", info->vcpus_online);
	json_put_number(json, "exits", info->exits);
	json_put_number(json, "waits", info->waits);
	json_put_number(json, "interrupts", info->interrupts);
	json_put_number(json, "injected", info->injected);
	json_put_number(json, "switches", info->switches);
}

/* Return: what any user of dom0 may know. @known: whether @info is set */
static json_object *describe_for_all(const struct guest *guest, struct vimo_ioc_domain_info *info, bool *known)
{
	json_object *json = json_object_new_object();
	struct error err;

	*known = guest->fd >= 0 && (!guest->busy || guest_is_up(guest)) && !domain_info(guest->fd, info, &err);
	json_put_string(json, "name", guest->config.name);
	json_put_string(json, "uuid", guest->config.uuid);
	json_put_number(json, "id", guest->domain);
	json_put_string(json, "state", guest_state_name(guest->state));
	json_put_number(json, "memory", guest->config.memory_bytes >> 20);
	json_put_number(json, "vcpus", guest->config.vcpus);
	if (*known)
		json_put_number(json, "cpu_time_ns", info->cpu_time_ns);
	return json;
}

json_object *describe_counters(const struct guest *guest)
{
	struct vimo_ioc_domain_info info;
	bool known;
	json_object *json = describe_for_all(guest, &info, &known);

	if (known)
		put_counters(json, &info);
	return json;
}

json_object *describe_guest(const struct guest *guest, enum describe_depth depth)
{
	struct vimo_ioc_domain_info info;
	bool known;
	json_object *json = describe_for_all(guest, &info, &known);

	if (depth < DESCRIBE_EVENT)
		return json;
	put_text(json, "cause", guest->cause);
	put_text(json, "problem", guest->problem);
	if (depth < DESCRIBE_WHOLE)
		return json;
	if (known)
		put_counters(json, &info);
	json_object_object_add(json, "config", config_to_json(&guest->config));
	return json;
}

json_object *describe_guests(struct guests *guests, enum describe_depth depth)
{
	json_object *json = json_object_new_object(), *list = json_object_new_array();
	struct error err;

	guests_open(guests, &err); /* without /dev/vimo there are no guests */
	for (struct guest *guest = guests->first; guest; guest = guest->next)
		json_object_array_add(list, describe_guest(guest, depth));
	json_object_object_add(json, "guests", list);
	return json;
}
