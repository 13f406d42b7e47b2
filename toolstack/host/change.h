/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * change.h - change an image that no program uses: its size, its snapshots. All block while a confined qemu-img works;
 * any thread. @user: of qemu-img.
 */
#ifndef TOOLSTACK_HOST_CHANGE_H
#define TOOLSTACK_HOST_CHANGE_H

#include "config/config.h"

#include <sys/types.h>

#define SNAPSHOTS 64u /* of an image that are listed */

/** Snapshots in an image. */
struct snapshots {
	uint32_t count;
	struct {
		char name[64];
		int64_t created; /* seconds since 1970, as the image says */
	} item[SNAPSHOTS];
};

enum snapshot_change { SNAPSHOT_CREATE, SNAPSHOT_REVERT, SNAPSHOT_DELETE };

/**
 * change_grow() - make a disk larger whose image is not raw.
 * @disk: becomes as layers_open() leaves it
 * @bytes: the size; 0: as it is
 *
 * Return: the size, 0 for FORMAT_NBD, or -1.
 */
int64_t change_grow(struct disk_config *disk, uid_t user, int64_t bytes, struct error *err);
/** change_snapshot() - create a snapshot in the disk's image, set the disk back to it, or delete it. Return: 0 or -1.
 */
int change_snapshot(const struct disk_config *disk, uid_t user, enum snapshot_change what, const char *name,
		    struct error *err);
/** snapshots_read() - the snapshots in the disk's image. Return: 0 or -1. */
int snapshots_read(const struct disk_config *disk, uid_t user, struct snapshots *list, struct error *err);
/** snapshot_check_name() - Return: 0, or -1: @name cannot be a snapshot's. */
int snapshot_check_name(const char *name, struct error *err);

#endif
