/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layers.h - an image that is not raw, and the images that it is based on.
 */
#ifndef TOOLSTACK_HOST_LAYERS_H
#define TOOLSTACK_HOST_LAYERS_H

#include "config/config.h"
#include "base/confine.h"

/** The top one, which the guest writes, is the first; each is based on the next. */
struct layers {
	uint32_t count;
	struct layer {
		char path[PATH_MAX];
		enum disk_format format;
		int fd;             /* FORMAT_NBD: of its socket's directory, or -1 */
		bool direct, block; /* O_DIRECT is possible; a block device, not a file */
	} layer[CONFINE_FILES];
};

/**
 * layers_open() - open all of a disk's, each checked by qemu-img; those that are only read are locked.
 *
 * Takes as long as qemu-img does, for each of them. Any thread.
 * Return: to be closed by layers_close(), or NULL.
 */
struct layers *layers_open(const struct disk_config *disk, struct error *err);
void layers_close(struct layers *layers);

#endif
