// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * forget.c - a growing list, and the guest's requests that fill it.
 */
#include "fs/forget.h"

#include <stdlib.h>
#include <string.h>

void fs_note_forget(struct fs *fs, const struct fuse_forget_one *one)
{
	size_t room = fs->forget_room ? 2 * fs->forget_room : 64;
	struct fuse_forget_one *more;

	if (!one->nodeid || !one->nlookup)
		return; /* unknown to the daemon */
	if (fs->forget_count == fs->forget_room) {
		more = realloc(fs->forget, room * sizeof(*more));
		if (!more)
			return; /* the daemon keeps the node until the next mount */
		fs->forget = more;
		fs->forget_room = room;
	}
	fs->forget[fs->forget_count++] = *one;
}

/* The caller has returned the chain: a kill in between leaves a node too many, never too few. */
void fs_forget(struct fs *fs, const struct fs_request *request)
{
	struct fuse_forget_one one = { .nodeid = request->header.nodeid }, gone;
	struct fuse_batch_forget_in batch = { .count = 1 };
	size_t at = sizeof(batch);

	if (request->header.opcode == FUSE_BATCH_FORGET)
		memcpy(&batch, request->arguments, sizeof(batch));
	for (uint32_t n = 0; n < batch.count; n++, at += sizeof(one)) {
		if (request->header.opcode == FUSE_FORGET)
			memcpy(&one.nlookup, request->arguments, sizeof(one.nlookup));
		else if (at + sizeof(one) <= request->bytes)
			memcpy(&one, request->arguments + at, sizeof(one));
		else
			return;
		if (fs_node_forget(&fs->nodes, one.nodeid, one.nlookup, &gone))
			fs_note_forget(fs, &gone);
	}
}
