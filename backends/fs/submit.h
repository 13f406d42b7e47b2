/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * submit.h - requests of the guest for the daemon. Context: the device's thread.
 */
#ifndef FS_SUBMIT_H
#define FS_SUBMIT_H

#include "fs/context.h"

/** fs_submit() - send the request in @index to the daemon, or reply an error if that is impossible. */
void fs_submit(struct fs *fs, unsigned int index);
/** fs_open_existing() - open the file that the FUSE_CREATE in @index found. Return: false: the daemon is gone. */
bool fs_open_existing(struct fs *fs, unsigned int index);

#endif
