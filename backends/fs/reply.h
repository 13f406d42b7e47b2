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
/** fs_answer() - reply fs->answer, whose header holds its length, to the request in @index. */
void fs_answer(struct fs *fs, unsigned int index);
/** fs_answer_error() - reply a header only, with @error (errno; 0: success). */
void fs_answer_error(struct fs *fs, unsigned int index, int error);
/** fs_answer_ours() - reply @answer, made here, as if the daemon had sent it: it goes through fs_hear(). */
void fs_answer_ours(struct fs *fs, unsigned int index, const void *answer, size_t bytes);

#endif
