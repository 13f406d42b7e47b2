/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer.h - the daemon's answers, checked, translated into the guest's numbers, and what follows from them for nodes
 * and handles. Context: the device's thread.
 */
#ifndef FS_ANSWER_H
#define FS_ANSWER_H

#include "fs/message.h"

/**
 * fs_decode() - translate the daemon's answer for the guest, and enter its nodes and handles into the table.
 * @answer: header and contents, without data that were read; changed in place, its length, too
 * @forget: set when the daemon counts a lookup that the guest does not learn of
 *
 * Return: false when this is not an answer to @request. The table has not changed then, but for names in a listing.
 */
bool fs_decode(struct fs_nodes *nodes, const struct fs_request *request, uint8_t *answer,
	       struct fuse_forget_one *forget);
/** fs_release() - free the handle of @request, a FUSE_RELEASE or FUSE_RELEASEDIR that is done. */
void fs_release(struct fs_nodes *nodes, const struct fs_request *request);

#endif
