/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotplug.h - what adding and removing disks and networks have in common.
 *
 * A device is in the record before vimo-dm has it and until vimo-dm has let it go: whichever of vimod and vimo-dm is
 * killed in between, its next one finds the device.
 */
#ifndef TOOLSTACK_GUEST_HOTPLUG_H
#define TOOLSTACK_GUEST_HOTPLUG_H

#include "base/fd_list.h"
#include "guest/guest.h"

#include <json-c/json.h>

/** hotplug_check_state() - the guest is up. Return: 0, or -1: ERROR_STATE. */
int hotplug_check_state(const struct guest *guest, struct error *err);
/** hotplug_check_slot() - the guest's device tree has this slot. Return: 0 or -1. */
int hotplug_check_slot(const struct guest *guest, uint32_t slot, struct error *err);
/** hotplug_error_full() - the guest has as many devices of this kind ("disk") as possible. Return: -1. */
int hotplug_error_full(const char *kind, uint32_t most, struct error *err);
/** hotplug_take_spec() - an xl string's values into @to, an element of a list. Return: 0 or -1. */
int hotplug_take_spec(const struct key_table *table, const char *spec, const char *cwd, void *to, struct error *err);
/**
 * hotplug_add() - give vimo-dm a device that guest->config already has.
 * @before: guest->config becomes this again on failure
 *
 * Return: 0 or -1.
 */
int hotplug_add(struct guest *guest, const struct guest_config *before, json_object *device, const struct fd_list *fds,
		struct error *err);
/** hotplug_remove() - take the device of @slot away from vimo-dm. @force: even if the guest uses it. Return: 0 or -1.
 */
int hotplug_remove(struct guest *guest, uint32_t slot, bool force, struct error *err);

#endif
