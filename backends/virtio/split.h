/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * split.h - split virtqueues (VirtIO 1.2, 2.7). All but the start is virtqueue.h's.
 */
#ifndef VIRTIO_SPLIT_H
#define VIRTIO_SPLIT_H

#include "virtio/queue.h"

/** Buffers that were taken and not given back; in a file that outlives vimo-dm. All zero: none. */
struct split_state {
	uint16_t completing;                /* head + 1 of the buffer being given back, */
	uint16_t used_idx;                  /* as this element of the used ring */
	uint32_t taken[VIRTQUEUE_SIZE_MAX]; /* by head: 0, or SPLIT_TAKEN | its place in the available ring */
};
#define SPLIT_TAKEN (1u << 16)

extern const struct virtqueue_ops split_ops;

/**
 * split_start() - see virtqueue_start().
 * @state: buffers that were taken before: pop() gives them first; NULL: buffers are given back in order
 *
 * The used index in guest memory and the number of buffers in flight determine the next buffer to take.
 */
bool split_start(struct virtqueue *queue, const struct guest_memory *memory, const struct virtqueue_layout *layout,
		 bool event_idx, struct split_state *state);
/**
 * split_unpop() - put the buffer popped last back into the available ring.
 * Only for queues that give back in order, with no other buffer in hand.
 */
void split_unpop(struct virtqueue *queue);
/** split_used_index() - the used index in the guest's memory, which another process or the kernel may write. */
uint16_t split_used_index(const struct virtqueue *queue);

#endif
