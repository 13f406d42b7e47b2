/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device.h - the thread of a shared folder's device: requests from the guest's queues, and the next daemon when one
 * ends.
 */
#ifndef FS_DEVICE_H
#define FS_DEVICE_H

#include "fs/context.h"

extern const struct virtio_model fs_model;

/** fs_device_run() - the thread's function. @argument: a struct fs that is connected to a daemon. */
void *fs_device_run(void *argument);
/** fs_disconnect() - disconnect from the daemon, which has ended or must end. Its answers have been taken. */
void fs_disconnect(struct fs *fs);

#endif
