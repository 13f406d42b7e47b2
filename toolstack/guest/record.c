// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * record.c - what is known of each guest, told to clients and kept in files.
 */
#include "guest/life.h"
#include "cleanup.h"
#include "device.h"
#include "json.h"
#include "log.h"
#include "base/store.h"

#include <stdio.h>
#include <string.h>

static const char *const state_names[] = { "building", "running", "paused", "stopped", "ending" };

struct guest *guest_find(struct daemon *daemon, const char *name)
{
	for (struct guest *guest = daemon->guests; guest; guest = guest->next)
		if (!strcmp(guest->config.name, name))
			return guest;
	return NULL;
}

const char *guest_state_name(const struct guest *guest)
{
	return state_names[guest->state];
}

bool guest_is_up(const struct guest *guest)
{
	return guest->state == GUEST_RUNNING || guest->state == GUEST_PAUSED;
}

json_object *guest_to_json(struct guest *guest)
{
	json_object *json = json_object_new_object();
	struct vimo_ioc_domain_info info;
	struct error err;

	json_put_string(json, "name", guest->config.name);
	json_put_string(json, "uuid", guest->config.uuid);
	json_put_number(json, "id", guest->domain);
	json_put_string(json, "state", state_names[guest->state]);
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

void daemon_prune_monitors(struct daemon *daemon)
{
	struct call **at = &daemon->monitors;

	while (*at) {
		struct call *call = *at;

		if (call->connection) {
			at = &call->next;
			continue;
		}
		*at = call->next;
		free(call);
	}
}

void guest_announce(struct guest *guest)
{
	struct call **at = &guest->daemon->monitors;

	while (*at) {
		struct call *call = *at;
		json_object *json = json_object_new_object();

		json_object_object_add(json, "guest", guest_to_json(guest));
		if (call_continue(call, json)) {
			at = &call->next;
			continue;
		}
		*at = call->next;
		free(call);
	}
}

int guest_record(struct guest *guest, struct error *err)
{
	CLEANUP_JSON json_object *json = json_object_new_object();

	json_put_number(json, "version", 1);
	json_put_number(json, "domain", guest->domain);
	json_put_number(json, "slots", guest->slots);
	json_put_number(json, "boot_id", guest->daemon->boot_id);
	json_put_string(json, "state", state_names[guest->state]);
	json_put_string(json, "cause", guest->cause);
	json_object_object_add(json, "restart", json_object_new_boolean(guest->restart));
	json_object_object_add(json, "reboot", json_object_new_boolean(guest->reboot));
	json_object_object_add(json, "config", config_to_json(&guest->config));
	return store_write(guest->config.name, "domain.json", json, err);
}

void guest_enter(struct guest *guest, enum guest_state state)
{
	struct error err;

	guest->state = state;
	if (guest_record(guest, &err))
		log_warning("%s", err.text);
	guest_announce(guest);
}

int guest_pause(struct guest *guest, bool pause, struct error *err)
{
	if (guest->state != (pause ? GUEST_RUNNING : GUEST_PAUSED))
		return error_set(err, ERROR_STATE, "%s is %s: only a %s guest can be %s", guest->config.name,
				 state_names[guest->state], pause ? "running" : "paused",
				 pause ? "paused" : "unpaused");
	if (!pause && guest_mend_stall(guest, err))
		return -1;
	if (domain_control(guest->fd, pause ? VIMO_OP_PAUSE : VIMO_OP_UNPAUSE, err))
		return -1;
	guest_enter(guest, pause ? GUEST_PAUSED : GUEST_RUNNING);
	return 0;
}
