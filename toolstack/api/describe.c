// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * describe.c - a guest's configuration, state and counters as JSON.
 */
#include "api/describe.h"
#include "device.h"
#include "guest/adopt.h"
#include "json.h"

json_object *describe_guest(const struct guest *guest)
{
	json_object *json = json_object_new_object();
	struct vimo_ioc_domain_info info;
	struct error err;

	json_put_string(json, "name", guest->config.name);
	json_put_string(json, "uuid", guest->config.uuid);
	json_put_number(json, "id", guest->domain);
	json_put_string(json, "state", guest_state_name(guest->state));
	json_put_number(json, "memory", guest->config.memory_bytes >> 20);
	json_put_number(json, "vcpus", guest->config.vcpus);
	if (guest->cause[0])
		json_put_string(json, "cause", guest->cause);
	if (guest->problem[0])
		json_put_string(json, "problem", guest->problem);
	if (guest->fd >= 0 && (!guest->busy || guest_is_up(guest)) && !domain_info(guest->fd, &info, &err)) {
		json_put_number(json, "cpu_time_ns", info.cpu_time_ns);
		json_put_number(json, "vcpus_online", info.vcpus_online);
		json_put_number(json, "exits", info.exits);
		json_put_number(json, "waits", info.waits);
		json_put_number(json, "interrupts", info.interrupts);
		json_put_number(json, "injected", info.injected);
		json_put_number(json, "switches", info.switches);
	}
	json_object_object_add(json, "config", config_to_json(&guest->config));
	return json;
}

json_object *describe_guests(struct guests *guests)
{
	json_object *json = json_object_new_object(), *list = json_object_new_array();
	struct error err;

	guests_open(guests, &err); /* without /dev/vimo there are no guests */
	for (struct guest *guest = guests->first; guest; guest = guest->next)
		json_object_array_add(list, describe_guest(guest));
	json_object_object_add(json, "guests", list);
	return json;
}
