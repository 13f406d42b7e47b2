// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hotplug.c - record a device, then give it to vimo-dm.
 */
#include "guest/hotplug.h"
#include "cleanup.h"
#include "config/spec.h"
#include "dm/request.h"
#include "guest/record.h"
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
		"%s has no spare slot left: detach a device, or destroy it and create it with a larger hotplug = N",
		guest->config.name);
}

int hotplug_take_spec(const struct key_table *table, const char *spec, const char *cwd, void *to, struct error *err)
{
	CLEANUP_JSON json_object *json = config_spec(table, spec, cwd, err);

	return json ? keys_take(table, json, to, err) : -1;
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

int hotplug_add(struct guest *guest, const struct guest_config *before, json_object *device, const struct fd_list *fds,
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
		log_warning("%s: its record has a device that it has not", guest->config.name);
	return -1;
}

int hotplug_remove(struct guest *guest, uint32_t slot, bool force, struct error *err)
{
	return settle(guest, dm_remove(guest->config.name, slot, force, err), err);
}
