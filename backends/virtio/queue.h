/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.h - a virtqueue as its layouts (split.c, packed.c) and its users (virtqueue.h) share it.
 */
#ifndef VIRTIO_QUEUE_H
#define VIRTIO_QUEUE_H

#include "virtio/guest_memory.h"

#include <stdbool.h>
#include <sys/uio.h>

#define VIRTQUEUE_SIZE_MAX 256u
#define VIRTQUEUE_IN_ORDER_MAX 1024u /* of a split queue that gives back in order */

struct virtqueue_layout {
	uint64_t desc, driver, device; /* guest physical */
	uint16_t size;
};

/** One buffer of the driver: segments that the device may read, then segments that it may write. */
struct virtqueue_chain {
	uint16_t head;         /* its name; of a packed queue the buffer id */
	unsigned int readable; /* iov[0..readable) */
	unsigned int writable; /* the following ones */
	struct iovec iov[VIRTQUEUE_SIZE_MAX];
};

struct virtqueue;

/** What differs between layouts. Each operation is called only while the queue runs; virtqueue.h describes them. */
struct virtqueue_ops {
	bool (*pop)(struct virtqueue *queue, struct virtqueue_chain *chain);
	void (*push)(struct virtqueue *queue, uint16_t head, uint32_t bytes);
	void (*put)(struct virtqueue *queue, uint16_t head, uint32_t bytes);
	void (*publish)(struct virtqueue *queue);
	bool (*rearm)(struct virtqueue *queue);
	/* Buffers were given back since the last call. */
	bool (*should_notify)(struct virtqueue *queue);
};

struct virtqueue {
	const struct virtqueue_ops *ops;
	const struct guest_memory *memory;
	uint16_t size;
	uint16_t last_avail; /* next to take */
	uint16_t used_idx;   /* next to fill */
	uint16_t in_hand;    /* buffers that were taken and not given back */
	/* Used elements, of a packed queue places, since should_notify() was last called. */
	uint32_t pending_notify;
	bool event_idx;
	bool running;
	bool broken;
	union { /* by ops */
		struct {
			struct vring_desc *desc;
			uint16_t *avail;           /* flags, idx, ring[size], used_event */
			uint16_t *used;            /* flags, idx, elements, avail_event */
			struct split_state *state; /* NULL: buffers are given back in order */
		} split;
		struct {
			struct vring_packed_desc *ring;
			uint32_t *driver_event, *device_event;
			struct packed_state *state;
			uint32_t order;   /* of the buffer that is taken next */
			uint16_t unsaved; /* first of the free copies, a list */
			uint16_t room;    /* number of free copies */
			uint16_t putting; /* buffers that were put and are not published yet */
		} packed;
	};
	uint16_t repeats, repeated;          /* buffers that the previous vimo-dm took; those of them popped again */
	uint16_t repeat[VIRTQUEUE_SIZE_MAX]; /* their heads, in the order in which they were taken */
};

#endif
