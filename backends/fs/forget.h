/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forget.h - lookups that the daemon counts and no node needs any more. fs_send_forgets() sends them.
 * Context: the device's thread.
 */
#ifndef FS_FORGET_H
#define FS_FORGET_H

#include "fs/context.h"

/** fs_note_forget() - keep @one to be sent. A node that the daemon does not know (0) is ignored. */
void fs_note_forget(struct fs *fs, const struct fuse_forget_one *one);
/** fs_forget() - do the guest's @request, a checked FUSE_FORGET or FUSE_BATCH_FORGET. */
void fs_forget(struct fs *fs, const struct fs_request *request);

#endif
