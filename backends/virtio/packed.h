/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packed.h - packed virtqueues (VirtIO 1.2, 2.8). All but the start is virtqueue.h's.
 *
 * A buffer that is given back may overwrite the descriptors of a buffer that is still in flight, and the guest's
 * memory holds no index. So both are kept in struct packed_state, which outlives vimo-dm.
 */
#ifndef VIRTIO_PACKED_H
#define VIRTIO_PACKED_H

#include "virtio/queue.h"

#include <linux/virtio_ring.h>

/** State of a queue. All zero: the queue is at its beginning. */
struct packed_state {
	uint32_t used;                      /* next to fill | how many in giving[] are being given back << 16 */
	uint32_t taken[VIRTQUEUE_SIZE_MAX]; /* by id: 0, or an odd number: in flight, later ones have higher ones */
	/* The rest is valid for buffers that taken[] or used names. */
	struct packed_buffer {
		uint16_t first;       /* its descriptors: a list in saved[], */
		uint16_t count;       /* of so many places of the ring */
	} buffer[VIRTQUEUE_SIZE_MAX]; /* by id */
	struct vring_desc saved[VIRTQUEUE_SIZE_MAX];
	struct {
		uint32_t bytes;
		uint16_t id;
	} giving[VIRTQUEUE_SIZE_MAX];
};
/** The first bytes of it, which must be zero when a queue begins. */
#define PACKED_STATE_ZERO offsetof(struct packed_state, buffer)

extern const struct virtqueue_ops packed_ops;

/**
 * packed_state_is_valid() - whether @state can be that of a queue of @size places. It comes from a file that a guest
 * may have written which took over the previous vimo-dm. Reads the state only.
 */
bool packed_state_is_valid(const struct packed_state *state, uint16_t size);

/**
 * packed_start() - as virtqueue_start(); the queue's memory are the ring and the event suppression areas.
 * Return: false also when @state is not valid.
 */
bool packed_start(struct virtqueue *queue, const struct guest_memory *memory, const struct virtqueue_layout *layout,
		  bool event_idx, struct packed_state *state);

#endif
