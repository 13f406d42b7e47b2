/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resources.h - what vimo-dm serves: opened here, where the rights are, and described to it.
 */
#ifndef TOOLSTACK_GUEST_RESOURCES_H
#define TOOLSTACK_GUEST_RESOURCES_H

#include "base/fd_list.h"
#include "config/config.h"
#include "helper/set.h"
#include "host/vif.h"

/** devices_check() - everything but files can be opened now; nothing is kept open. devices_check_vif(): one network. */
int devices_check_vif(const struct vif_config *vif, struct error *err);
int devices_check(const struct guest_config *config, struct error *err);

/* Files may be a server's that does not answer. What opens them is for a thread of its own, not for the event loop. */
/** devices_check_files() - images and folders are there and can be opened now. Blocks; any thread. */
int devices_check_files(const struct guest_config *config, struct error *err);
/** Images of raw disks, opened and claimed for a device model, by slot; -1: none. */
struct disk_files {
	int fd[CONFIG_SLOTS];
};
/** disk_files_none() - nothing is open. */
void disk_files_none(struct disk_files *files);
/** disk_files_add() - open one more; nothing to do for a disk that is not raw. Blocks; any thread. @uuid: the guest's
 */
int disk_files_add(struct disk_files *files, const struct disk_config *disk, const char *uuid, struct error *err);
/** disk_files_open() - all of a guest. Blocks; any thread. Return: 0, or -1 and nothing is open. */
int disk_files_open(struct disk_files *files, const struct guest_config *config, struct error *err);
void disk_files_close(struct disk_files *files);

/**
 * devices_open_disk() - take its file, or connect to its storage daemon.
 * @helper: the storage daemon; NULL for a raw image
 * @domain_fd: whose memory the storage daemon gets
 * @files: where a raw one's is
 * @fds: gets the device's descriptors
 * @device: gets its description for vimo-dm
 */
int devices_open_disk(const struct disk_config *disk, struct helper *helper, int domain_fd, struct disk_files *files,
		      struct fd_list *fds, json_object **device, struct error *err);
/** What devices are made of beside the configuration. */
struct device_sources {
	uint32_t domain, slots;
	int domain_fd;
	struct disk_files *files;
	struct vif_taps *taps; /* by slot, and */
	struct helper *const *helpers;
};

/**
 * devices_open_vif() - the same for a network; what it needs of @sources is made when it is not there yet.
 * @vif: gets its MTU
 */
int devices_open_vif(struct vif_config *vif, const struct device_sources *sources, struct fd_list *fds,
		     json_object **device, struct error *err);

/**
 * devices_open() - all of a guest's devices, for a vimo-dm that is to be started.
 *
 * Return: what dm.json has to say, or NULL. Even then @fds has to be closed.
 */
json_object *devices_open(struct guest_config *config, const struct device_sources *sources, struct fd_list *fds,
			  struct error *err);

#endif
