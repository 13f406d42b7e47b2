// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hotplug.c - record a device, then give it to vimo-dm; take it from vimo-dm, then forget it.
 */
#include "guest/hotplug.h"
#include "alloc.h"
#include "cleanup.h"
#include "config/complete.h"
#include "config/settings.h"
#include "config/spec.h"
#include "container.h"
#include "dm/request.h"
#include "guest/record.h"
#include "helper/supervisor.h"
#include "log.h"

int hotplug_check_state(const struct guest *guest, struct error *err)
{
	if (guest_is_up(guest))
		return 0;
	return error_set(err, ERROR_STATE,
			 "%s is %s: devices can be attached and detached only while it is running or paused",
			 guest->config.name, guest_state_name(guest->state));
}

int hotplug_error_full(const char *kind, uint32_t most, struct error *err)
{
	return error_set(err, ERROR_RESOURCES, "the guest has %u %ss, as many as possible: detach one", most, kind);
}

int hotplug_check_slot(const struct guest *guest, uint32_t slot, struct error *err)
{
	if (slot < guest->slots)
		return 0;
	return error_set(
		err, ERROR_RESOURCES,
		"%s has no spare slot left: detach a device, or create the guest again with a larger hotplug = N",
		guest->config.name);
}

int hotplug_plan(struct hotplug *change, const struct key_table *table, const char *spec, const char *cwd, void *device,
		 uint32_t *count)
{
	CLEANUP_JSON json_object *json = NULL;
	struct settings settings;

	if (settings_read(&settings, &change->err))
		return -1;
	json = config_spec(table, spec, config_cwd(table, cwd, &settings.defaults), &change->err);
	if (json)
		config_add_defaults(table, json, &settings.defaults);
	if (!json || keys_take(table, json, device, &change->err))
		return -1;
	++*count;
	return config_complete(&change->config, &change->err);
}

static struct hotplug *change_of(struct work *work)
{
	return container_of(work, struct hotplug, work);
}

struct hotplug *hotplug_new(struct guest *guest, const struct hotplug_kind *kind, hotplug_fn done, void *arg)
{
	struct hotplug *change = alloc_zeroed(sizeof(*change));

	change->work.guest = guest;
	change->kind = kind;
	change->config = guest->config;
	change->done = done;
	change->arg = arg;
	disk_files_none(&change->files);
	return change;
}

static void finish(struct hotplug *change)
{
	change->done(change->arg, change->work.guest, change->slot, change->err.code ? &change->err : NULL);
	disk_files_close(&change->files);
	free(change);
}

void hotplug_fail(struct hotplug *change)
{
	finish(change);
}

/* The device is not the guest's, or not any more. */
static void on_gone(struct work *work)
{
	struct hotplug *change = change_of(work);
	struct guest *guest = work->guest;

	vif_close(&guest->taps[change->slot]);
	if (!change->err.code) {
		change->kind->forget(&guest->config, change->slot);
		record_update(guest);
	}
	finish(change);
	guest_post(guest, &(struct guest_event){ .kind = EVENT_CHANGED });
}

static void stop_helper(struct work *work)
{
	helpers_stop_one(change_of(work)->helper);
}

/* A thread stops the helper, which may have to write to a file server first. */
static void end_device(struct hotplug *change)
{
	struct guest *guest = change->work.guest;

	if (!change->helper) {
		on_gone(&change->work);
		return;
	}
	supervisor_unwatch(change->helper);
	guest->helpers[change->slot] = NULL;
	work_start(&change->work, guest->guests->loop, guest, stop_helper, on_gone);
}

/* A vimo-dm that may have done it, or not, is killed: the next one goes by the record. */
static int settle(struct guest *guest, int result, struct error *err)
{
	if (result && err->code == ERROR_UNREACHABLE) {
		err->code = ERROR_FAILED;
		dm_kill(&guest->dm);
	}
	return result;
}

/* guest->config has the device; it becomes @before again on failure. */
static int give(struct guest *guest, const struct guest_config *before, json_object *device, const struct fd_list *fds,
		struct error *err)
{
	int result = record_write(guest, err);

	if (!result)
		result = settle(guest, dm_add(guest->config.name, device, fds, err), err);
	if (!result) {
		guest_announce(guest);
		return 0;
	}
	guest->config = *before;
	if (record_write(guest, &(struct error){ 0 }))
		log_warning("%s: its record still has a device that could not be attached", guest->config.name);
	return -1;
}

/* Devices of a busy guest do not change: its configuration is the one that change->config was made of. */
static int take_prepared(struct hotplug *change)
{
	struct guest *guest = change->work.guest;
	CLEANUP_FREE struct guest_config *before = alloc_zeroed(sizeof(*before));
	CLEANUP_JSON json_object *device = NULL;
	struct fd_list fds = { 0 };
	int result;

	*before = guest->config;
	guest->helpers[change->slot] = change->helper;
	result = change->err.code || hotplug_check_state(guest, &change->err) ? -1 : 0;
	if (!result)
		result = change->kind->open(change, &fds, &device, &change->err);
	if (!result) {
		guest->config = change->config;
		result = give(guest, before, device, &fds, &change->err);
	}
	fd_list_close(&fds);
	if (!result && change->helper) {
		helper_connected(change->helper);
		supervisor_watch(change->helper, guest->guests->loop);
	}
	return result;
}

static void prepare(struct work *work)
{
	struct hotplug *change = change_of(work);

	change->kind->prepare(change);
}

static void on_prepared(struct work *work)
{
	struct hotplug *change = change_of(work);
	struct guest *guest = work->guest;

	if (take_prepared(change)) {
		end_device(change);
		return;
	}
	finish(change);
	guest_post(guest, &(struct guest_event){ .kind = EVENT_CHANGED });
}

void hotplug_attach(struct hotplug *change, uint32_t slot)
{
	change->slot = slot;
	work_start(&change->work, change->work.guest->guests->loop, change->work.guest, prepare, on_prepared);
}

void hotplug_detach(struct hotplug *change, uint32_t slot, bool force)
{
	struct guest *guest = change->work.guest;

	change->slot = slot;
	if (settle(guest, dm_remove(guest->config.name, slot, force, &change->err), &change->err)) {
		finish(change);
		return;
	}
	change->helper = guest->helpers[slot];
	end_device(change);
}
