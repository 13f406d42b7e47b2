// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * submit.c - a request in the slot's shared memory, and its data in the guest's memory.
 */
#include "fs/submit.h"

#include "fs/answer.h"
#include "fs/hide.h"
#include "fs/link.h"
#include "fs/reply.h"

#include <errno.h>
#include <string.h>

/* Add @bytes of @iov, after the first @skip, to the chain. Return: false: not in the guest's memory. */
static bool add_data(const struct fs *fs, struct driver_chain *chain, const struct iovec *iov, unsigned int count,
		     size_t skip, size_t bytes, bool writable)
{
	for (unsigned int i = 0; i < count && bytes; i++) {
		struct iovec piece = iov[i];

		if (skip >= piece.iov_len) {
			skip -= piece.iov_len;
			continue;
		}
		piece.iov_base = (uint8_t *)piece.iov_base + skip;
		piece.iov_len -= skip;
		piece.iov_len = piece.iov_len < bytes ? piece.iov_len : bytes;
		skip = 0;
		bytes -= piece.iov_len;
		if (!driver_chain_add_guest(&fs->ring, chain, &piece, writable))
			return false;
	}
	return true;
}

/* Describe a slot to the daemon: @bytes of request, data and answer. Return: false: data not in the guest's memory. */
static bool describe(struct fs *fs, unsigned int index, size_t bytes)
{
	struct driver_chain chain = { .table = fs->shared->slot[index].table };
	const struct fs_slot *slot = &fs->slot[index];
	const struct iovec *iov = slot->chain.iov;
	uint8_t *answer = fs->shared->slot[index].answer;
	uint32_t data = slot->request.data, room = slot->request.room;
	bool good = true;

	driver_chain_add_shared(&fs->ring, &chain, fs->shared->slot[index].request, bytes, false);
	if (slot->request.header.opcode == FUSE_WRITE)
		good = add_data(fs, &chain, iov, slot->chain.readable, bytes, data, false);
	memset(answer, 0, sizeof(struct fuse_out_header));
	if (slot->request.operation->reply == FS_DATA) {
		driver_chain_add_shared(&fs->ring, &chain, answer, sizeof(struct fuse_out_header), true);
		good = add_data(fs, &chain, iov + slot->chain.readable, slot->chain.writable,
				sizeof(struct fuse_out_header), data, true);
	} else {
		driver_chain_add_shared(&fs->ring, &chain, answer, room < FS_ANSWER_MAX ? room : FS_ANSWER_MAX, true);
	}
	driver_ring_describe(&fs->ring, index, &chain);
	return good;
}

void fs_submit(struct fs *fs, unsigned int index)
{
	struct fs_slot *slot = &fs->slot[index];
	uint32_t opcode = slot->request.header.opcode;
	int bytes;

	if (!fs_hide(fs, &slot->request))
		return; /* the daemon is gone: fs_restore() submits to the next one */
	bytes = fs_encode(&fs->nodes, &slot->request, index + 1, fs->shared->slot[index].request);
	if (bytes < 0 && (opcode == FUSE_RELEASE || opcode == FUSE_RELEASEDIR)) {
		fs_release(&fs->nodes, &slot->request); /* the daemon does not have it open */
		fs_reply_error(fs, index, 0);
	} else if (bytes < 0) {
		fs_reply_error(fs, index, -bytes);
	} else if (!describe(fs, index, (size_t)bytes)) {
		fs_reply_error(fs, index, EFAULT);
	} else {
		slot->submitted = slot->at_daemon = true;
		driver_ring_publish(&fs->ring, index);
	}
}

bool fs_open_existing(struct fs *fs, unsigned int index)
{
	struct fs_slot *slot = &fs->slot[index];
	const struct fs_request *request = &slot->request;
	const struct fs_node *parent = fs_node_find(&fs->nodes, request->header.nodeid);
	struct {
		struct fuse_out_header header;
		struct fuse_entry_out entry;
		struct fuse_open_out open;
	} out = { .header.len = sizeof(out) };
	struct fuse_open_in in = { 0 };
	int result;

	slot->found = false;
	memcpy(&in.flags, request->arguments, sizeof(in.flags));
	in.flags = fs_open_flags(in.flags);
	result = parent && parent->daemon ? fs_look_up(fs, parent->daemon, fs_name(request, 0), &out.entry) : -ESTALE;
	if (!result) {
		result = fs_ask(fs, FUSE_OPEN, out.entry.nodeid, &in, sizeof(in), &out.open, sizeof(out.open));
		if (result < 0)
			fs_return_look_up(fs, &out.entry);
	}
	if (result > 0)
		return false;
	if (result) {
		fs_reply_error(fs, index, -result);
		return true;
	}
	fs_reply_own(fs, index, &out, sizeof(out));
	return true;
}
