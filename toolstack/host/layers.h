/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layers.h - an image that is not raw, and the images that it is based on.
 */
#ifndef TOOLSTACK_HOST_LAYERS_H
#define TOOLSTACK_HOST_LAYERS_H

#include "config/config.h"
#include "base/confine.h"

#include <json-c/json.h>

/** The first layer is the image that the guest writes; each layer is based on the next. */
struct layers {
	json_object *snapshots; /* of the first, as qemu-img lists them; NULL: none */
	uint32_t count;
	struct layer {
		char path[PATH_MAX];
		enum disk_format format;
		int64_t bytes;      /* of the disk in it; FORMAT_NBD: 0 */
		int fd;             /* FORMAT_NBD: of the directory of the server's socket, or -1 */
		bool direct, block; /* O_DIRECT is possible; a block device, not a file */
		bool locked;        /* fd has a lock, which lasts as long as a process has a copy of fd */
	} layer[CONFINE_FILES];
};

/**
 * layers_open() - open and check all layers of a disk, and lock those that are only read.
 * @disk: backing gets the paths of layers that a directory of vimod.conf allows
 * @user: of qemu-img
 *
 * Blocks while qemu-img reads each layer. Any thread.
 * Return: the layers, for layers_close(); or NULL.
 */
struct layers *layers_open(struct disk_config *disk, uid_t user, struct error *err);
/** layers_close() - close all layers and free them. */
void layers_close(struct layers *layers);

#endif
