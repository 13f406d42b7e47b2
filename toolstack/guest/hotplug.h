/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotplug.h - disks and networks of a guest that runs.
 */
#ifndef TOOLSTACK_GUEST_HOTPLUG_H
#define TOOLSTACK_GUEST_HOTPLUG_H

#include "guest/guest.h"

/** What became of it. @disk: one that was added, as it is in the configuration now; @err: when @result is not 0 */
typedef void (*hotplug_fn)(void *arg, int result, const struct disk_config *disk, const struct error *err);
/**
 * hotplug_add_disk() - one disk more. A thread opens it; the guest is busy meanwhile.
 * @spec: as a string of the key disk
 * @cwd: where a relative target begins
 */
void hotplug_add_disk(struct guest *guest, const char *spec, const char *cwd, hotplug_fn done, void *arg);
const struct vif_config *hotplug_add_vif(struct guest *guest, const char *spec, struct error *err);
/** hotplug_remove_disk() - @vdev: which; @force: though the guest uses it. A thread ends what serves it. */
void hotplug_remove_disk(struct guest *guest, const char *vdev, bool force, hotplug_fn done, void *arg);
/** hotplug_remove_vif() - @which: its MAC, or its number, counted from 0. Return: 0 or -1. */
int hotplug_remove_vif(struct guest *guest, const char *which, bool force, struct error *err);

#endif
