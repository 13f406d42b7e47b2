/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk.h - the image of a guest's disk, opened and locked.
 */
#ifndef TOOLSTACK_HOST_DISK_H
#define TOOLSTACK_HOST_DISK_H

#include "config/config.h"

/**
 * disk_open() - open, check and lock a disk's image.
 * @direct: gets whether reads and writes go past dom0's page cache
 *
 * The lock is of the open file: it lasts until the last copy of the descriptor is closed, in
 * whichever process. QEMU's programs see it, and we see theirs.
 *
 * Return: a descriptor, or -1; ERROR_STATE when somebody else uses it.
 */
int disk_open(const struct disk_config *disk, bool *direct, struct error *err);
/**
 * disk_claim() - make sure that no transfer of an earlier device model is under way.
 * @fd: from disk_open(), for the guest with @uuid
 *
 * The kernel ends what a killed process had asked of io_uring after the process itself, and each
 * transfer holds the open file, with its locks: as long as ours of last time is there, a late
 * one could still write to the image, or into memory that the guest has got back.
 *
 * Return: 0, or -1: try again.
 */
int disk_claim(const struct disk_config *disk, int fd, const char *uuid, struct error *err);
/** disk_fail() - the error "disk vda: /path @why" about key "disk". Return: -1. */
int disk_fail(const struct disk_config *disk, enum error_code code, const char *why, struct error *err);
/** disk_open_unlocked() - the same without the lock: somebody else takes it. */
int disk_open_unlocked(const struct disk_config *disk, bool *direct, struct error *err);

#endif
