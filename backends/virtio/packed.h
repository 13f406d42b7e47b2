/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packed.h - packed virtqueues (VirtIO 1.2, 2.8). Begun by packed_start(), all else is virtqueue.h's.
 *
 * The ring forgets: a buffer that comes back overwrites the descriptors of one that is in flight still,
 * and no index is in the guest's memory. So all of that is in struct packed_state, which outlives us.
 */
#ifndef VIRTIO_PACKED_H
#define VIRTIO_PACKED_H

#include "virtio/virtqueue.h"

#include <linux/virtio_ring.h>

/** Where a queue stands. All zero: at its beginning. */
struct packed_state {
	uint32_t used;                      /* next to fill | how many in giving[] are being given back << 16 */
	uint32_t taken[VIRTQUEUE_SIZE_MAX]; /* by id: 0, or an odd number: in flight, later ones have higher ones */
	/* What follows means something where the above says so. */
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
/** How much of it must be zero at first. */
#define PACKED_STATE_ZERO offsetof(struct packed_state, buffer)

/** packed_start() - as virtqueue_start(); the queue's memory are the ring and the event suppression areas. */
bool packed_start(struct virtqueue *queue, const struct guest_memory *memory, const struct virtqueue_layout *layout,
		  bool event_idx, struct packed_state *state);

/* virtqueue.h's, for it: */
bool packed_pop(struct virtqueue *queue, struct virtqueue_chain *chain);
void packed_put(struct virtqueue *queue, uint16_t id, uint32_t bytes);
void packed_publish(struct virtqueue *queue);
bool packed_rearm(struct virtqueue *queue);
bool packed_wants_interrupt(struct virtqueue *queue);

#endif
