/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storage.h - storage daemons: a qemu-storage-daemon serves one disk whose image is not raw, by vhost-user at
 * records/NAME/storage-SLOT.sock.
 */
#ifndef TOOLSTACK_HELPER_STORAGE_H
#define TOOLSTACK_HELPER_STORAGE_H

#include "helper/helper.h"

/**
 * storage_check() - the disk's images can be opened now, as @user. Blocks and changes @disk as layers_open() does; any
 * thread. Return: 0 or -1.
 */
int storage_check(struct disk_config *disk, uid_t user, struct error *err);
/** storage_new() - the helper of a disk; it does not run. */
struct helper *storage_new(const char *guest, uid_t user, const struct disk_config *disk);

#endif
