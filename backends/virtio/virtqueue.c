// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtqueue.c - choose a queue's layout; copy from and to buffers.
 */
#include "virtio/virtqueue.h"

#include <assert.h>
#include <string.h>

static_assert(sizeof(struct split_state) == VIRTQUEUE_STATE_ZERO,
	      "queues of both layouts begin anew by the same bytes");

bool virtqueue_start(struct virtqueue *queue, const struct guest_memory *memory, const struct virtqueue_layout *layout,
		     bool event_idx, enum virtqueue_kind kind, union virtqueue_state *state)
{
	if (kind == VIRTQUEUE_PACKED)
		return packed_start(queue, memory, layout, event_idx, &state->packed);
	return split_start(queue, memory, layout, event_idx, kind == VIRTQUEUE_OUT_OF_ORDER ? &state->split : NULL);
}

void virtqueue_stop(struct virtqueue *queue)
{
	memset(queue, 0, sizeof(*queue));
}

size_t virtqueue_fill(const struct virtqueue_chain *chain, const void *data, size_t bytes)
{
	size_t done = 0;

	for (unsigned int i = 0; i < chain->writable && done < bytes; i++) {
		const struct iovec *segment = &chain->iov[chain->readable + i];
		size_t part = bytes - done < segment->iov_len ? bytes - done : segment->iov_len;

		memcpy(segment->iov_base, (const uint8_t *)data + done, part);
		done += part;
	}
	return done;
}

size_t virtqueue_gather(const struct virtqueue_chain *chain, size_t skip, void *data, size_t bytes)
{
	size_t all = 0;

	for (unsigned int i = 0; i < chain->readable; i++) {
		const struct iovec *segment = &chain->iov[i];
		size_t from = skip < segment->iov_len ? skip : segment->iov_len, there = segment->iov_len - from;
		size_t room = all < bytes ? bytes - all : 0, part = there < room ? there : room;

		if (part)
			memcpy((uint8_t *)data + all, (const uint8_t *)segment->iov_base + from, part);
		skip -= from;
		all += there;
	}
	return all;
}
