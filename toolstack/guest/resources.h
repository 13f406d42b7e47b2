/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resources.h - a guest's devices and vimo-dm's files: opened here, where the rights are, and described to vimo-dm.
 *
 * Event loop only. Each function appends a device's descriptors to @fds, which the caller closes even after an error.
 */
#ifndef TOOLSTACK_GUEST_RESOURCES_H
#define TOOLSTACK_GUEST_RESOURCES_H

#include "base/fd_list.h"
#include "guest/disk_files.h"
#include "guest/guest.h"

#include <json-c/json.h>

/**
 * resources_open_disk() - take the disk's file, or connect to its storage daemon.
 * @files: has the file of a raw disk, and loses it
 * @device: gets the disk's description for vimo-dm
 *
 * Return: 0 or -1.
 */
int resources_open_disk(const struct guest *guest, const struct disk_config *disk, struct disk_files *files,
			struct fd_list *fds, json_object **device, struct error *err);
/**
 * resources_open_vif() - the same for a network. Its interface or vimo-slirp is made when it does not exist.
 * @vif: gets its MTU
 */
int resources_open_vif(struct guest *guest, struct vif_config *vif, struct fd_list *fds, json_object **device,
		       struct error *err);
/** resources_open() - all of a guest's devices. Return: the description for vimo-dm, or NULL. */
json_object *resources_open(struct guest *guest, struct disk_files *files, struct fd_list *fds, struct error *err);

#endif
