/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk.h - open and lock the image of a guest's disk.
 */
#ifndef TOOLSTACK_HOST_DISK_H
#define TOOLSTACK_HOST_DISK_H

#include "config/config.h"

/**
 * disk_open() - open, check and lock a disk's image.
 * @direct: gets whether reads and writes bypass dom0's page cache
 *
 * The lock belongs to the open file: it lasts until the last copy of the descriptor is closed, in any process. QEMU's
 * programs respect it, and disk_open() respects theirs.
 *
 * Return: a descriptor, or -1; ERROR_STATE when another guest or program uses the image.
 */
int disk_open(const struct disk_config *disk, bool *direct, struct error *err);
/**
 * disk_claim() - make sure that no transfer of a previous vimo-dm is under way.
 * @fd: from disk_open(), for the guest with @uuid
 *
 * The kernel ends the io_uring transfers of a killed process after the process itself. Each transfer holds the open
 * file with its locks. While the previous vimo-dm's lock is there, a late transfer could write to the image, or into
 * memory that the guest has got back.
 *
 * Return: 0, or -1: try again.
 */
int disk_claim(const struct disk_config *disk, int fd, const char *uuid, struct error *err);
/**
 * disk_pad() - make the last sector of the file of a raw image as large as the others, if its guest may write.
 * @fd: from disk_open()
 *
 * vimo-dm adds zeroes where the guest only reads. Return: 0 or -1.
 */
int disk_pad(const struct disk_config *disk, int fd, struct error *err);
/**
 * disk_open_cached() - open the file of an image once more without O_DIRECT, for transfers that are smaller than its
 * file system's blocks.
 * @fd: from disk_open(), for the guest with @uuid
 * @cached: gets a descriptor with locks as @fd's; -1: the file needs none
 *
 * Return: 0 or -1.
 */
int disk_open_cached(const struct disk_config *disk, int fd, const char *uuid, int *cached, struct error *err);
/**
 * disk_grow() - make the image of the guest with @uuid larger, while its vimo-dm uses it.
 * @bytes: the size; 0: as it is, for a block device that has grown
 *
 * Return: the size, or -1.
 */
int64_t disk_grow(const struct disk_config *disk, const char *uuid, int64_t bytes, struct error *err);
/** disk_fail() - the error "disk vda: /path @why" about key "disk". Return: -1. */
int disk_fail(const struct disk_config *disk, enum error_code code, const char *why, struct error *err);
/** disk_find() - find a disk's image. Return: a descriptor (O_PATH), or -1. */
int disk_find(const struct disk_config *disk, struct error *err);
/** disk_open_found() - open and check the image that disk_find() has found, without a lock. Return: as disk_open(). */
int disk_open_found(const struct disk_config *disk, int found, bool *direct, struct error *err);
/** disk_lock() - take disk_open()'s lock. Return: 0, or -1 as disk_open(). */
int disk_lock(const struct disk_config *disk, int fd, struct error *err);

#endif
