/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repeat.h - requests that a daemon may have done before it ended. Context: the device's thread.
 */
#ifndef FS_REPEAT_H
#define FS_REPEAT_H

#include "fs/context.h"

/** fs_note_request() - record, before the request in @slot is submitted for the first time, what its repetition needs.
 */
void fs_note_request(struct fs *fs, const struct fs_slot *slot);
/** fs_is_noted() - whether this or the previous vimo-dm did fs_note_request(). If not, no daemon has got the request.
 */
bool fs_is_noted(struct fs *fs, const struct fs_slot *slot);
/** fs_repeat() - submit the request in @index, or reply if it has been done. Return: false: the daemon is gone. */
bool fs_repeat(struct fs *fs, unsigned int index);
/** fs_finish_rename() - reply to the rename in @index if it has been done. Return: false: the daemon is gone. */
bool fs_finish_rename(struct fs *fs, unsigned int index);

#endif
