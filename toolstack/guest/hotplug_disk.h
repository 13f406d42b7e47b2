/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotplug_disk.h - disks of a guest that is up.
 */
#ifndef TOOLSTACK_GUEST_HOTPLUG_DISK_H
#define TOOLSTACK_GUEST_HOTPLUG_DISK_H

#include "guest/hotplug.h"

/**
 * hotplug_add_disk() - attach a disk. The guest must not be busy.
 * @spec: as a string of the key disk
 * @cwd: where a relative target begins
 */
void hotplug_add_disk(struct guest *guest, const char *spec, const char *cwd, hotplug_fn done, void *arg);
/** hotplug_remove_disk() - detach the disk @vdev. @force: even if the guest uses it. The guest must not be busy. */
void hotplug_remove_disk(struct guest *guest, const char *vdev, bool force, hotplug_fn done, void *arg);
/** hotplug_find_disk() - the disk @vdev of a guest that is up. Return: NULL: @err is set. */
const struct disk_config *hotplug_find_disk(const struct guest *guest, const char *vdev, struct error *err);

#endif
