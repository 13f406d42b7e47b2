/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.h - formats of images and back ends of networks, and their names in guest.cfg.
 */
#ifndef TOOLSTACK_CONFIG_NAMES_H
#define TOOLSTACK_CONFIG_NAMES_H

#include <stdbool.h>

/* qemu-storage-daemon serves all but FORMAT_RAW, and knows them by the same names. */
enum disk_format { FORMAT_RAW, FORMAT_QCOW2, FORMAT_VMDK, FORMAT_VDI, FORMAT_VHDX, FORMAT_VPC, FORMAT_NBD };
enum vif_backend { VIF_BRIDGE, VIF_USER, VIF_VHOST_USER };

/* By enum, NULL after the last. */
extern const char *const format_names[], *const vif_backend_names[];

/** format_find() - the format of that name; @name may be NULL. Return: whether there is one. */
bool format_find(const char *name, enum disk_format *format);

#endif
