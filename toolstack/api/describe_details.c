// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * describe_details.c - read on request, and kept nowhere.
 */
#include "api/describe_details.h"
#include "api/describe.h"
#include "base/cgroup.h"
#include "dm/files.h"
#include "guest/adopt.h"
#include "guest/problems.h"
#include "host/neighbors.h"
#include "host/vif.h"
#include "json.h"
#include "text.h"

#include <stdio.h>

static void put_uptime(const struct guest *guest, json_object *json)
{
	uint64_t now = uv_now(guest->guests->loop);

	if (guest_is_up(guest) && guest->started_ms && guest->started_ms <= now)
		json_put_number(json, "uptime_s", (int64_t)((now - guest->started_ms) / 1000));
}

/* A text that may have parts which a guest has written. */
static void add_text(void *list, const char *text)
{
	char clean[320];

	snprintf(clean, sizeof(clean), "%s", text);
	text_clean(clean);
	json_object_array_add(list, json_object_new_string(clean));
}

static void add_process(json_object *list, const char *name, pid_t pid)
{
	json_object *json;

	if (!pid)
		return;
	json = json_object_new_object();
	json_put_string(json, "name", name);
	json_put_number(json, "pid", pid);
	json_object_array_add(list, json);
}

static json_object *describe_processes(const struct guest *guest)
{
	json_object *list = json_object_new_array();

	add_process(list, "dm", guest->dm.process.pid);
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		if (guest->helpers[slot])
			add_process(list, guest->helpers[slot]->name, guest->helpers[slot]->process.pid);
	return list;
}

struct address_list {
	json_object *list;
	const char *mac;
};

static void add_address(void *arg, const char *address)
{
	const struct address_list *addresses = arg;
	json_object *json = json_object_new_object();

	json_put_string(json, "mac", addresses->mac);
	json_put_string(json, "address", address);
	json_object_array_add(addresses->list, json);
}

static json_object *describe_addresses(const struct guest_config *config)
{
	struct address_list addresses = { .list = json_object_new_array() };

	for (uint32_t n = 0; n < config->vif_count; n++) {
		addresses.mac = config->vif[n].mac;
		if (config->vif[n].backend == VIF_BRIDGE)
			neighbors_each(config->vif[n].bridge, addresses.mac, add_address, &addresses);
	}
	return addresses.list;
}

static json_object *describe_logs(const char *name)
{
	static const char *const consoles[] = { "console", "serial" };
	json_object *list = json_object_new_array();

	for (size_t n = 0; n < sizeof(consoles) / sizeof(consoles[0]); n++)
		json_object_array_add(list, json_object_new_string(dm_files_log_path(name, consoles[n])));
	return list;
}

void describe_details(const struct guest *guest, json_object *json)
{
	json_object *problems = json_object_new_array();

	put_uptime(guest, json);
	problems_each(guest, add_text, problems);
	json_object_object_add(json, "problems", problems);
	json_object_object_add(json, "processes", describe_processes(guest));
	json_object_object_add(json, "addresses", describe_addresses(&guest->config));
	json_object_object_add(json, "logs", describe_logs(guest->config.name));
}

static void put_dom0(const char *name, json_object *json)
{
	struct cgroup_usage usage;

	cgroup_usage(name, &usage);
	if (!usage.known)
		return;
	json_put_number(json, "dom0_cpu_ns", (int64_t)usage.cpu_ns);
	json_put_number(json, "dom0_memory_bytes", (int64_t)usage.memory_bytes);
	json_put_number(json, "disk_read_bytes", (int64_t)usage.read_bytes);
	json_put_number(json, "disk_written_bytes", (int64_t)usage.written_bytes);
	json_put_number(json, "disk_reads", (int64_t)usage.reads);
	json_put_number(json, "disk_writes", (int64_t)usage.writes);
}

static void put_networks(const struct guest *guest, json_object *json)
{
	struct vif_counters counters = { 0 };
	char name[IFNAMSIZ];
	bool known = false;

	for (uint32_t n = 0; n < guest->config.vif_count; n++) {
		if (guest->config.vif[n].backend != VIF_BRIDGE)
			continue;
		vif_name(&guest->config.vif[n], guest->domain, name);
		vif_count(name, &counters);
		known = true;
	}
	if (!known)
		return;
	json_put_number(json, "network_received_bytes", (int64_t)counters.received_bytes);
	json_put_number(json, "network_received_packets", (int64_t)counters.received_packets);
	json_put_number(json, "network_sent_bytes", (int64_t)counters.sent_bytes);
	json_put_number(json, "network_sent_packets", (int64_t)counters.sent_packets);
}

static void count_problem(void *count, const char *problem)
{
	(void)problem;
	++*(unsigned int *)count;
}

static json_object *describe_one(const struct guest *guest)
{
	json_object *json = describe_counters(guest);
	unsigned int problems = 0;

	problems_each(guest, count_problem, &problems);
	json_object_object_add(json, "troubled", json_object_new_boolean(problems > 0));
	put_uptime(guest, json);
	put_dom0(guest->config.name, json);
	put_networks(guest, json);
	return json;
}

json_object *describe_statistics(struct guests *guests)
{
	json_object *json = json_object_new_object(), *list = json_object_new_array();
	struct error err;

	guests_open(guests, &err); /* without /dev/vimo there are no guests */
	json_put_number(json, "time_ns", (int64_t)uv_hrtime());
	for (struct guest *guest = guests->first; guest; guest = guest->next)
		json_object_array_add(list, describe_one(guest));
	json_object_object_add(json, "guests", list);
	return json;
}
