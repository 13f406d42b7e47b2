// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods_devices.c - the API's methods of disks and networks.
 */
#include "api/methods_devices.h"
#include "alloc.h"
#include "api/parameters.h"
#include "guest/deferred.h"
#include "guest/hotplug_disk.h"
#include "guest/hotplug_vif.h"
#include "guest/resize.h"
#include "json.h"

#include <vimo/guest_map.h>

#include <stdio.h>

typedef void (*method_fn)(struct call *call, json_object *parameters);

/* A call that waits until no thread works for its guest. */
struct deferred_call {
	struct call *call;
	json_object *parameters;
	method_fn method;
};

static void run_deferred(void *arg, struct guest *guest, const struct error *err)
{
	struct deferred_call *deferred = arg;

	(void)guest;
	(void)err;
	deferred->method(deferred->call, deferred->parameters);
	json_object_put(deferred->parameters);
	free(deferred);
}

/* Return: whether @method is called later. */
static bool defer(struct guest *guest, struct call *call, json_object *parameters, method_fn method)
{
	struct deferred_call *deferred = alloc_zeroed(sizeof(*deferred));

	if (!deferred_add(guest, run_deferred, deferred)) {
		free(deferred);
		return false;
	}
	deferred->call = call;
	deferred->parameters = json_object_get(parameters);
	deferred->method = method;
	return true;
}

/* Linux' name of a slot's device, to which the guest binds its driver. */
static void put_device(json_object *reply, uint32_t slot)
{
	char name[32];

	snprintf(name, sizeof(name), "%llx.virtio_mmio",
		 (unsigned long long)(VIMO_GUEST_VIRTIO_BASE + slot * VIMO_GUEST_VIRTIO_STRIDE));
	json_put_string(reply, "device", name);
}

static void reply_device(struct call *call, const char *key, const struct key_table *table, const void *config,
			 uint32_t slot)
{
	json_object *reply = method_wrap(key, keys_to_json(table, config));

	put_device(reply, slot);
	call_reply(call, reply);
}

static void on_disk_attached(void *call, struct guest *guest, uint32_t slot, const struct error *err)
{
	uint32_t n = 0;

	if (err) {
		call_error(call, err);
		return;
	}
	while (guest->config.disk[n].slot != slot)
		n++;
	reply_device(call, "disk", &config_disk_keys, &guest->config.disk[n], slot);
}

static void on_vif_attached(void *call, struct guest *guest, uint32_t slot, const struct error *err)
{
	uint32_t n = 0;

	if (err) {
		call_error(call, err);
		return;
	}
	while (guest->config.vif[n].slot != slot)
		n++;
	reply_device(call, "vif", &config_vif_keys, &guest->config.vif[n], slot);
}

static void on_detached(void *call, struct guest *guest, uint32_t slot, const struct error *err)
{
	(void)guest;
	(void)slot;
	method_done(call, err ? -1 : 0, err);
}

void method_block_attach(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest && !defer(guest, call, parameters, method_block_attach))
		hotplug_add_disk(guest, json_string(parameters, "spec"), json_string(parameters, "cwd"),
				 on_disk_attached, call);
}

void method_network_attach(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest && !defer(guest, call, parameters, method_network_attach))
		hotplug_add_vif(guest, json_string(parameters, "spec"), on_vif_attached, call);
}

void method_block_detach(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest && !defer(guest, call, parameters, method_block_detach))
		hotplug_remove_disk(guest, json_string(parameters, "vdev"), json_flag(parameters, "force"), on_detached,
				    call);
}

static void on_resized(void *call, int64_t bytes, const struct error *err)
{
	json_object *reply;

	if (err) {
		call_error(call, err);
		return;
	}
	reply = json_object_new_object();
	if (bytes)
		json_put_number(reply, "bytes", bytes);
	call_reply(call, reply);
}

void method_block_resize(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);
	int64_t bytes = json_number(parameters, "bytes", 0);
	struct error err;

	if (!guest || defer(guest, call, parameters, method_block_resize))
		return;
	if (bytes >= 0 && bytes <= RESIZE_MOST && (bytes || !json_object_object_get(parameters, "bytes"))) {
		resize_disk(guest, json_string(parameters, "vdev"), bytes, on_resized, call);
		return;
	}
	error_key(&err, ERROR_USAGE, "bytes", "bytes is out of range: give 1 to %lld", (long long)RESIZE_MOST);
	call_error(call, &err);
}

void method_network_detach(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest && !defer(guest, call, parameters, method_network_detach))
		hotplug_remove_vif(guest, json_string(parameters, "vif"), json_flag(parameters, "force"), on_detached,
				   call);
}
