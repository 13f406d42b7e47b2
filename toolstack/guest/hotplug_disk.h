/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotplug_disk.h - disks of a guest that is up. A thread opens and ends what serves them: the guest is busy meanwhile.
 */
#ifndef TOOLSTACK_GUEST_HOTPLUG_DISK_H
#define TOOLSTACK_GUEST_HOTPLUG_DISK_H

#include "guest/guest.h"

/** hotplug_fn - called once. @disk: that was added, as the configuration has it now; @err: if @result is not 0 */
typedef void (*hotplug_fn)(void *arg, int result, const struct disk_config *disk, const struct error *err);
/**
 * hotplug_add_disk() - add one disk.
 * @spec: as a string of the key disk
 * @cwd: where a relative target begins
 */
void hotplug_add_disk(struct guest *guest, const char *spec, const char *cwd, hotplug_fn done, void *arg);
/** hotplug_remove_disk() - remove the disk @vdev. @force: even if the guest uses it */
void hotplug_remove_disk(struct guest *guest, const char *vdev, bool force, hotplug_fn done, void *arg);

#endif
