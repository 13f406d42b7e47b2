/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reply.h - replies to the guest. Each gives the request's slot free. Context: the device's thread; takes
 * device->lock.
 */
#ifndef FS_REPLY_H
#define FS_REPLY_H

#include "fs/context.h"

/** fs_give_back() - return the chain at @head to the guest with @bytes written. */
void fs_give_back(struct fs *fs, unsigned int queue, uint16_t head, uint32_t bytes);
/** fs_reply() - reply fs->answer, whose header holds its length, to the request in @index. */
void fs_reply(struct fs *fs, unsigned int index);
/** fs_reply_error() - reply a header only, with @error (errno; 0: success). */
void fs_reply_error(struct fs *fs, unsigned int index, int error);
/** fs_reply_own() - reply @answer, made here, as if the daemon had sent it: it goes through fs_decode(). */
void fs_reply_own(struct fs *fs, unsigned int index, const void *answer, size_t bytes);

#endif
