// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * session.c - what is asked of a daemon, and what it answers. Context: the device's thread.
 */
#include "fs/fs.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* @bytes of the guest's memory, after the first @skip of those pieces. */
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

/* What the daemon reads in the slot is @bytes long. */
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
		return; /* the daemon is gone: its successor is asked */
	bytes = fs_say(&fs->nodes, &slot->request, index + 1, fs->shared->slot[index].request);
	if (bytes < 0 && (opcode == FUSE_RELEASE || opcode == FUSE_RELEASEDIR)) {
		fs_release(&fs->nodes, &slot->request); /* nobody has it open */
		fs_answer_error(fs, index, 0);
	} else if (bytes < 0) {
		fs_answer_error(fs, index, -bytes);
	} else if (!describe(fs, index, (size_t)bytes)) {
		fs_answer_error(fs, index, EFAULT);
	} else {
		slot->asked = slot->at_daemon = true;
		driver_ring_publish(&fs->ring, index);
	}
}

static bool distrust(struct fs *fs)
{
	log_error("fs %s: virtiofsd answered what it was not asked: no more of it", fs->tag);
	shutdown(fs->socket, SHUT_RDWR); /* which ends it */
	return false;
}

/* To be opened instead, by fs_open_existing(). */
static bool finds_existing(const struct fs_slot *slot, const struct fuse_out_header *header)
{
	uint32_t flags;

	memcpy(&flags, slot->request.arguments, sizeof(flags)); /* first in fuse_create_in */
	return slot->request.header.opcode == FUSE_CREATE && header->error == -EEXIST && !(flags & O_EXCL);
}

static bool take_answer(struct fs *fs, unsigned int index)
{
	struct fs_slot *slot = &fs->slot[index];
	struct fuse_forget_one gone = { 0 };
	struct fuse_out_header header;

	if (!slot->used || !slot->at_daemon)
		return false;
	slot->at_daemon = false;
	/* Once: it may change under our eyes. */
	memcpy(&header, fs->shared->slot[index].answer, sizeof(header));
	if (header.unique != index + 1 || header.len < sizeof(header))
		return false;
	if (slot->request.operation->reply != FS_DATA && header.len > sizeof(fs->answer))
		return false;
	slot->exists = finds_existing(slot, &header);
	fs->exists |= slot->exists;
	if (slot->exists)
		return true;
	memcpy(fs->answer, fs->shared->slot[index].answer,
	       slot->request.operation->reply == FS_DATA ? sizeof(header) : header.len);
	memcpy(fs->answer, &header, sizeof(header));
	if (!fs_hear(&fs->nodes, &slot->request, fs->answer, &gone))
		return false;
	fs_note_forget(fs, &gone);
	fs_answer(fs, index);
	return true;
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

	slot->exists = false;
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
		fs_answer_error(fs, index, -result);
		return true;
	}
	fs_answer_ours(fs, index, &out, sizeof(out));
	return true;
}

/* Return: whether it was asked. */
static bool take_own(struct fs *fs, unsigned int index)
{
	bool *asked = index == FS_OWN ? &fs->own_asked : &fs->forgetting[index];
	bool was = *asked;

	*asked = false;
	return was;
}

bool fs_take_answers(struct fs *fs)
{
	uint32_t index;

	while (driver_ring_take(&fs->ring, &index)) {
		bool good = index < DRIVER_RING;

		if (good && index < FS_SLOTS)
			good = take_answer(fs, index);
		else if (good)
			good = take_own(fs, index);
		if (!good)
			return distrust(fs);
	}
	return true;
}

void fs_answer_ours(struct fs *fs, unsigned int index, const void *answer, size_t bytes)
{
	struct fuse_forget_one gone = { 0 };

	memcpy(fs->answer, answer, bytes);
	fs_hear(&fs->nodes, &fs->slot[index].request, fs->answer, &gone);
	fs_note_forget(fs, &gone);
	fs_answer(fs, index);
}

void fs_note_forget(struct fs *fs, const struct fuse_forget_one *one)
{
	size_t room = fs->forget_room ? 2 * fs->forget_room : 64;
	struct fuse_forget_one *more;

	if (!one->nodeid || !one->nlookup)
		return; /* the daemon does not know it */
	if (fs->forget_count == fs->forget_room) {
		more = realloc(fs->forget, room * sizeof(*more));
		if (!more)
			return; /* it is open there until the next mount */
		fs->forget = more;
		fs->forget_room = room;
	}
	fs->forget[fs->forget_count++] = *one;
}

static void publish_own(struct fs *fs, unsigned int index, const struct fuse_in_header *header, const void *arguments,
			size_t bytes, size_t answer_bytes)
{
	struct driver_chain chain = { .table = fs->shared->slot[index].table };
	uint8_t *to = fs->shared->slot[index].request;

	memcpy(to, header, sizeof(*header));
	memcpy(to + sizeof(*header), arguments, bytes);
	memset(fs->shared->slot[index].answer, 0, sizeof(struct fuse_out_header));
	driver_chain_add_shared(&fs->ring, &chain, to, sizeof(*header) + bytes, false);
	if (answer_bytes)
		driver_chain_add_shared(&fs->ring, &chain, fs->shared->slot[index].answer, answer_bytes, true);
	driver_ring_describe(&fs->ring, index, &chain);
	driver_ring_publish(&fs->ring, index);
}

static void send_forgets(struct fs *fs, unsigned int index)
{
	struct {
		struct fuse_batch_forget_in in;
		struct fuse_forget_one one[500];
	} batch = { .in.count = 500 };
	struct fuse_in_header header = { .opcode = FUSE_BATCH_FORGET, .unique = index + 1 };

	if (batch.in.count > fs->forget_count)
		batch.in.count = (uint32_t)fs->forget_count;
	fs->forget_count -= batch.in.count;
	memcpy(batch.one, fs->forget + fs->forget_count, batch.in.count * sizeof(batch.one[0]));
	header.len = (uint32_t)(sizeof(header) + sizeof(batch.in) + batch.in.count * sizeof(batch.one[0]));
	fs->forgetting[index] = true;
	publish_own(fs, index, &header, &batch, header.len - sizeof(header), 0);
}

void fs_send_forgets(struct fs *fs)
{
	for (unsigned int index = FS_SLOTS; index < FS_FORGETS && fs->forget_count && fs->serves; index++)
		if (!fs->forgetting[index])
			send_forgets(fs, index);
}

/* Return: false: it is gone. */
static bool wait_for_own(struct fs *fs)
{
	struct pollfd wait[] = { { .fd = fs->ring.call, .events = POLLIN }, { .fd = fs->socket, .events = POLLIN } };
	uint64_t count;
	ssize_t got;

	while (fs_take_answers(fs)) {
		if (!fs->own_asked)
			return true;
		poll(wait, 2, -1);
		got = read(fs->ring.call, &count, sizeof(count));
		(void)got;
		if (wait[1].revents) /* what it answered before its end is there */
			return fs_take_answers(fs) && !fs->own_asked;
	}
	return false;
}

int fs_ask(struct fs *fs, uint32_t opcode, uint64_t node, const void *arguments, size_t bytes, void *answer,
	   size_t answer_bytes)
{
	const struct fuse_in_header header = {
		.len = (uint32_t)(sizeof(header) + bytes), .opcode = opcode, .unique = FS_OWN + 1, .nodeid = node
	};
	const uint8_t *shared = fs->shared->slot[FS_OWN].answer;
	struct fuse_out_header out;

	fs->own_asked = true;
	publish_own(fs, FS_OWN, &header, arguments, bytes, sizeof(out) + answer_bytes);
	if (!wait_for_own(fs))
		return 1;
	memcpy(&out, shared, sizeof(out));
	if (out.unique != FS_OWN + 1 || out.error > 0 || out.error <= -4096 ||
	    (!out.error && out.len != sizeof(out) + answer_bytes)) {
		distrust(fs);
		return 1;
	}
	if (!out.error)
		memcpy(answer, shared + sizeof(out), answer_bytes);
	return out.error;
}

int fs_look_up(struct fs *fs, uint64_t parent, const char *name, struct fuse_entry_out *entry)
{
	int result = fs_ask(fs, FUSE_LOOKUP, parent, name, strlen(name) + 1, entry, sizeof(*entry));

	return !result && !entry->nodeid ? -ENOENT : result;
}

void fs_return_look_up(struct fs *fs, const struct fuse_entry_out *entry)
{
	const struct fuse_forget_one one = { .nodeid = entry->nodeid, .nlookup = 1 };

	fs_note_forget(fs, &one);
}
