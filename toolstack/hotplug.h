/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotplug.h - disks and networks of a guest that runs.
 */
#ifndef TOOLSTACK_HOTPLUG_H
#define TOOLSTACK_HOTPLUG_H

#include "daemon.h"

/**
 * hotplug_add_disk() - one disk more.
 * @spec: as a string of the key disk
 * @cwd: where a relative target begins
 *
 * Return: the disk as it is in the configuration now, or NULL.
 */
const struct disk_config *hotplug_add_disk(struct guest *guest, const char *spec, const char *cwd, struct error *err);
const struct vif_config *hotplug_add_vif(struct guest *guest, const char *spec, struct error *err);
/** hotplug_remove_disk() - @vdev: which; @force: though the guest uses it. Return: 0 or -1. */
int hotplug_remove_disk(struct guest *guest, const char *vdev, bool force, struct error *err);
/** hotplug_remove_vif() - @which: its MAC, or its number, counted from 0. */
int hotplug_remove_vif(struct guest *guest, const char *which, bool force, struct error *err);

#endif
