// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devices.c - disks, networks and channels of a running guest.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Parameters: the guest, and the second operand as @key. */
static json_object *about(const struct options *options, const char *key)
{
	json_object *json = json_object_new_object();

	json_put_string(json, "name", options->operand);
	json_put_string(json, key, options->second);
	return json;
}

/* Linux found the slot empty when it booted, and does not look again. */
static void print_attached(const char *what, json_object *reply)
{
	printf("%s attached. To use it in a Linux guest, run there\n\n"
	       "  echo %s >/sys/bus/platform/drivers/virtio-mmio/bind\n",
	       what, json_string(reply, "device"));
}

static int attach(struct client *client, const char *method, json_object *call, const struct options *options,
		  const char *what, struct error *err)
{
	CLEANUP_JSON json_object *reply = call_vimod(client, method, call, err);

	if (!reply)
		return -1;
	if (options->json)
		print_json(reply);
	else
		print_attached(what, reply);
	return 0;
}

int cmd_block_attach(struct client *client, const struct options *options, struct error *err)
{
	json_object *call = about(options, "spec");
	char cwd[PATH_MAX];

	if (!getcwd(cwd, sizeof(cwd))) {
		json_object_put(call);
		return error_set(err, ERROR_FAILED,
				 "the current directory does not exist any more (%s): change to another one",
				 strerror(errno));
	}
	json_put_string(call, "cwd", cwd);
	return attach(client, "io.vimo.Devices.BlockAttach", call, options, "Disk", err);
}

int cmd_network_attach(struct client *client, const struct options *options, struct error *err)
{
	return attach(client, "io.vimo.Devices.NetworkAttach", about(options, "spec"), options, "Network", err);
}

static int detach(struct client *client, const char *method, const char *key, const struct options *options,
		  struct error *err)
{
	json_object *call = about(options, key);
	CLEANUP_JSON json_object *reply = NULL;

	json_object_object_add(call, "force", json_object_new_boolean(options->force));
	reply = call_vimod(client, method, call, err);
	return reply ? 0 : -1;
}

int cmd_block_detach(struct client *client, const struct options *options, struct error *err)
{
	return detach(client, "io.vimo.Devices.BlockDetach", "vdev", options, err);
}

int cmd_network_detach(struct client *client, const struct options *options, struct error *err)
{
	return detach(client, "io.vimo.Devices.NetworkDetach", "vif", options, err);
}

/* "20G". Return: bytes, or -1. */
static int64_t parse_size(const char *text, struct error *err)
{
	static const char units[] = "KMGT";
	char *end;
	long long value = strtoll(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	unsigned int shift = unit ? 10 * (unsigned int)(unit - units + 1) : 0;

	if (end != text && unit && !end[1] && value > 0 && value <= INT64_MAX >> shift)
		return value << shift;
	return error_key(err, ERROR_USAGE, "bytes",
			 "\"%.40s\" is not a size: write a number with K, M, G or T, such as 20G", text);
}

int cmd_block_resize(struct client *client, const struct options *options, struct error *err)
{
	int64_t bytes = options->third ? parse_size(options->third, err) : 0;
	CLEANUP_JSON json_object *reply = NULL;
	json_object *call;

	if (bytes < 0)
		return -1;
	call = about(options, "vdev");
	if (bytes)
		json_put_number(call, "bytes", bytes);
	reply = call_vimod(client, "io.vimo.Devices.BlockResize", call, err);
	if (!reply)
		return -1;
	bytes = json_number(reply, "bytes", 0);
	if (options->json)
		print_json(reply);
	else if (bytes)
		printf("%s has %lld bytes\n", options->second, (long long)bytes);
	return 0;
}

static const char *text(json_object *object, const char *key)
{
	const char *value = json_string(object, key);

	return value ? value : "-";
}

static void print_disk(json_object *disk, int index, json_object *guest)
{
	(void)index;
	(void)guest;
	printf("%-5s %-6s %-6s %4d %6d  %-21s %s\n", text(disk, "vdev"), text(disk, "access"), text(disk, "format"),
	       (int)json_number(disk, "slot", 0), (int)json_number(disk, "queues", 0), text(disk, "serial"),
	       text(disk, "target"));
}

static void print_vif(json_object *vif, int index, json_object *guest)
{
	int slot = (int)json_number(vif, "slot", 0);
	const char *backend = text(vif, "backend");
	bool bridged = !strcmp(backend, "bridge");
	char name[32] = "-";

	if (bridged)
		snprintf(name, sizeof(name), "vif%d.%d", (int)json_number(guest, "id", 0),
			 slot); /* vimod's name if the configuration has none */
	printf("%-5d %-18s %-16s %4d %6d %6d  %s\n", index, text(vif, "mac"), bridged ? text(vif, "bridge") : backend,
	       slot, (int)json_number(vif, "queues", 0), (int)json_number(vif, "mtu", 0),
	       json_string(vif, "vifname") ? json_string(vif, "vifname") : name);
}

static void print_channel(json_object *channel, int index, json_object *guest)
{
	const char *path = json_string(channel, "path");

	printf("%-32s ", text(channel, "name"));
	if (path)
		puts(path);
	else
		printf("/run/vimo/guests/%s/channel-%d.sock\n", text(guest, "name"), index + 1);
}

static int list(struct client *client, const struct options *options, const char *key, const char *head,
		void (*print)(json_object *entry, int index, json_object *guest), struct error *err)
{
	json_object *call = json_object_new_object(), *guest = NULL, *config = NULL, *entries = NULL;
	CLEANUP_JSON json_object *reply = NULL;

	json_put_string(call, "name", options->operand);
	reply = call_vimod(client, "io.vimo.Domains.Info", call, err);
	if (!reply)
		return -1;
	json_object_object_get_ex(reply, "guest", &guest);
	json_object_object_get_ex(guest, "config", &config);
	json_object_object_get_ex(config, key, &entries);
	if (options->json) {
		CLEANUP_JSON json_object *none = json_object_new_array();

		print_json(entries ? entries : none);
		return 0;
	}
	puts(head);
	for (size_t n = 0; entries && n < json_object_array_length(entries); n++)
		print(json_object_array_get_idx(entries, n), (int)n, guest);
	return 0;
}

int cmd_block_list(struct client *client, const struct options *options, struct error *err)
{
	return list(client, options, "disk", "VDEV  ACCESS FORMAT SLOT QUEUES  SERIAL                TARGET",
		    print_disk, err);
}

int cmd_network_list(struct client *client, const struct options *options, struct error *err)
{
	return list(client, options, "vif", "INDEX MAC                BRIDGE           SLOT QUEUES    MTU  INTERFACE",
		    print_vif, err);
}

int cmd_channel_list(struct client *client, const struct options *options, struct error *err)
{
	return list(client, options, "channel", "NAME                             SOCKET", print_channel, err);
}
