/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_fdt.h - the device tree of a guest.
 */
#ifndef TOOLSTACK_BOOT_GUEST_FDT_H
#define TOOLSTACK_BOOT_GUEST_FDT_H

#include "config/config.h"
#include "boot/image.h"

/** guest_fdt_write() - write a tree of at most IMAGE_DTB_BYTES to @to. */
int guest_fdt_write(void *to, const struct guest_config *config, const struct image_layout *layout,
		    uint32_t gic_version, uint32_t virtio_slots, struct error *err);

#endif
