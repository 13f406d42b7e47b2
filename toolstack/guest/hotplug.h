/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotplug.h - what attaching and detaching disks and networks have in common.
 *
 * A device is in the record before vimo-dm has it and until vimo-dm has let it go: whichever of vimod and vimo-dm is
 * killed in between, its next one finds the device. A thread opens files and starts helpers, or stops them; the
 * guest is busy meanwhile.
 */
#ifndef TOOLSTACK_GUEST_HOTPLUG_H
#define TOOLSTACK_GUEST_HOTPLUG_H

#include "base/fd_list.h"
#include "guest/disk_files.h"
#include "guest/work.h"

#include <json-c/json.h>

/** hotplug_fn - called once. @slot: of the device; @err: why nothing changed, or NULL */
typedef void (*hotplug_fn)(void *arg, struct guest *guest, uint32_t slot, const struct error *err);

struct hotplug;

/** Disks, or networks. */
struct hotplug_kind {
	/* Open files and start the helper of the device that is attached; sets change->err. A thread; NULL: nothing. */
	void (*prepare)(struct hotplug *change);
	/* Open the device, as resources_open_disk(); it may change change->config. Return: 0 or -1. */
	int (*open)(struct hotplug *change, struct fd_list *fds, json_object **device, struct error *err);
	/* Remove the device from the configuration. */
	void (*forget)(struct guest_config *config, uint32_t slot);
};

/** A device that is being attached or detached. */
struct hotplug {
	struct work work; /* work.guest is set from the start */
	const struct hotplug_kind *kind;
	struct guest_config config; /* when it is attached: with the device as the last of its list */
	uint32_t slot;
	struct disk_files files;
	struct helper *helper; /* NULL: none */
	struct error err;      /* code ERROR_NONE: none */
	hotplug_fn done;
	void *arg;
};

/** hotplug_new() - a change with a copy of the guest's configuration. Ended by one of the following. */
struct hotplug *hotplug_new(struct guest *guest, const struct hotplug_kind *kind, hotplug_fn done, void *arg);
/** hotplug_fail() - nothing is changed: change->err. */
void hotplug_fail(struct hotplug *change);
/** hotplug_attach() - give the guest the device of @slot, which change->config has. */
void hotplug_attach(struct hotplug *change, uint32_t slot);
/** hotplug_detach() - take the device of @slot away. @force: even if the guest uses it */
void hotplug_detach(struct hotplug *change, uint32_t slot, bool force);

/** hotplug_check_state() - the guest is up. Return: 0, or -1: ERROR_STATE. */
int hotplug_check_state(const struct guest *guest, struct error *err);
/** hotplug_error_full() - the guest has as many devices of this kind ("disk") as possible. Return: -1. */
int hotplug_error_full(const char *kind, uint32_t most, struct error *err);
/**
 * hotplug_plan() - an xl string's values into @device, the last of its list in @change->config, and the rest filled in.
 * @count: of that list; becomes one more
 *
 * Return: 0, or -1: change->err.
 */
int hotplug_plan(struct hotplug *change, const struct key_table *table, const char *spec, const char *cwd, void *device,
		 uint32_t *count);
/** hotplug_check_slot() - the guest's device tree has this slot. Return: 0 or -1. */
int hotplug_check_slot(const struct guest *guest, uint32_t slot, struct error *err);

#endif
