/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resize.h - a disk grows while its guest runs.
 */
#ifndef TOOLSTACK_GUEST_RESIZE_H
#define TOOLSTACK_GUEST_RESIZE_H

#include "guest/guest.h"

#define RESIZE_MOST ((int64_t)1 << 60) /* bytes of a disk */

/** resize_fn - called once. @bytes: the disk's size, 0: not known; @err: why it has not grown, or NULL */
typedef void (*resize_fn)(void *arg, int64_t bytes, const struct error *err);

/**
 * resize_disk() - let a disk grow, and show its guest the new size.
 * @guest: is not busy
 * @vdev: the disk
 * @bytes: its size; 0: the size that its block device or server has now
 *
 * A thread makes the image larger; the guest is busy meanwhile. A storage daemon ends for it: the next one serves the
 * disk with its new size, and no request is lost. vimod may be killed at any step: the image is sound, and the next
 * call does what was left.
 */
void resize_disk(struct guest *guest, const char *vdev, int64_t bytes, resize_fn done, void *arg);

#endif
