// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link.c - the ring between vimo-dm and the daemon.
 */
#include "fs/link.h"

#include "fs/answer.h"
#include "fs/forget.h"
#include "fs/reply.h"
#include "host/vhost_user.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUEUE 1 /* the daemon's first queue for requests; the daemon takes forgets there, too */

int fs_connect(struct fs *fs, struct error *err)
{
	uint64_t features = 1ull << VIRTIO_RING_F_INDIRECT_DESC;

	if (vhost_user_open(fs->socket, &features, err))
		return -1;
	if (!(features >> VIRTIO_RING_F_INDIRECT_DESC & 1))
		return error_set(
			err, ERROR_FAILED,
			"fs %s: virtiofsd lacks indirect descriptors: install the virtiofsd of Debian 12 or later",
			fs->tag);
	return driver_ring_start(&fs->ring, fs->socket, features, QUEUE, fs->memory_fd, err);
}

static bool reject_answer(struct fs *fs)
{
	log_error("fs %s: virtiofsd sent an answer that does not fit its request: disconnecting", fs->tag);
	shutdown(fs->socket, SHUT_RDWR); /* which ends the daemon */
	return false;
}

/* Whether a FUSE_CREATE found a file: fs_open_existing() opens it. */
static bool finds_existing(const struct fs_slot *slot, const struct fuse_out_header *header)
{
	uint32_t flags;

	memcpy(&flags, slot->request.arguments, sizeof(flags)); /* the first member of fuse_create_in */
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
	/* Once: the daemon may change it meanwhile. */
	memcpy(&header, fs->shared->slot[index].answer, sizeof(header));
	if (header.unique != index + 1 || header.len < sizeof(header))
		return false;
	if (slot->request.operation->reply != FS_DATA && header.len > sizeof(fs->answer))
		return false;
	slot->found = finds_existing(slot, &header);
	fs->any_found |= slot->found;
	if (slot->found)
		return true;
	memcpy(fs->answer, fs->shared->slot[index].answer,
	       slot->request.operation->reply == FS_DATA ? sizeof(header) : header.len);
	memcpy(fs->answer, &header, sizeof(header));
	if (!fs_decode(&fs->nodes, &slot->request, fs->answer, &gone))
		return false;
	fs_note_forget(fs, &gone);
	fs_reply(fs, index);
	return true;
}

/* An answer to vimo-dm's own request. Return: whether there was such a request. */
static bool take_own(struct fs *fs, unsigned int index)
{
	bool *asked = index == FS_OWN ? &fs->own_pending : &fs->forget_pending[index];
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
			return reject_answer(fs);
	}
	return true;
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
	fs->forget_pending[index] = true;
	publish_own(fs, index, &header, &batch, header.len - sizeof(header), 0);
}

void fs_send_forgets(struct fs *fs)
{
	for (unsigned int index = FS_SLOTS; index < FS_FORGETS && fs->forget_count && fs->ready; index++)
		if (!fs->forget_pending[index])
			send_forgets(fs, index);
}

/* Return: false: the daemon is gone. */
static bool wait_for_own(struct fs *fs)
{
	struct pollfd wait[] = { { .fd = fs->ring.call, .events = POLLIN }, { .fd = fs->socket, .events = POLLIN } };
	uint64_t count;
	ssize_t got;

	while (fs_take_answers(fs)) {
		if (!fs->own_pending)
			return true;
		poll(wait, 2, -1);
		got = read(fs->ring.call, &count, sizeof(count));
		(void)got;
		if (wait[1].revents) /* the ring holds the answers from before the daemon's end */
			return fs_take_answers(fs) && !fs->own_pending;
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

	fs->own_pending = true;
	publish_own(fs, FS_OWN, &header, arguments, bytes, sizeof(out) + answer_bytes);
	if (!wait_for_own(fs))
		return 1;
	memcpy(&out, shared, sizeof(out));
	if (out.unique != FS_OWN + 1 || out.error > 0 || out.error <= -4096 ||
	    (!out.error && out.len != sizeof(out) + answer_bytes)) {
		reject_answer(fs);
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
