/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtqueue.h - the device's side of a virtqueue (VirtIO 1.2, 2.6): of a split one (2.7), or of a
 * packed one (2.8), which packed_start() begins.
 *
 * Ring, descriptors and indices are the guest's memory: each value is read
 * once, checked here, and used from our copy. A queue that breaks a rule is
 * broken until the driver resets the device.
 *
 * Buffers may be given back in another order than they were taken when the
 * queue has a struct virtqueue_inflight: it outlives us, and the next device
 * model takes first what ours had not given back. Without it, they are given
 * back in order. A packed queue always has such a thing.
 *
 * Context: the caller holds the device's lock.
 */
#ifndef VIRTIO_VIRTQUEUE_H
#define VIRTIO_VIRTQUEUE_H

#include "virtio/guest_memory.h"

#include <stdbool.h>
#include <sys/uio.h>

#define VIRTQUEUE_SIZE_MAX 256u
#define VIRTQUEUE_IN_ORDER_MAX 1024u /* of a split queue that gives back in order */

struct virtqueue_layout {
	uint64_t desc, driver, device; /* guest physical */
	uint16_t size;
};

/* What was taken and not given back; in a file that outlives us. All zero: nothing. */
struct virtqueue_inflight {
	uint16_t completing;                /* head + 1 of the buffer being given back, */
	uint16_t used_idx;                  /* as this element of the used ring */
	uint32_t taken[VIRTQUEUE_SIZE_MAX]; /* by head: 0, or VIRTQUEUE_TAKEN | its place in the available ring */
};
#define VIRTQUEUE_TAKEN (1u << 16)

struct virtqueue {
	const struct guest_memory *memory;
	struct vring_desc *desc;
	uint16_t *avail; /* flags, idx, ring[size], used_event */
	uint16_t *used;  /* flags, idx, elements, avail_event */
	uint16_t size;
	uint16_t last_avail;                 /* next to take */
	uint16_t used_idx;                   /* next to fill */
	uint16_t notified_idx;               /* used_idx when the guest was last asked about */
	struct virtqueue_inflight *inflight; /* NULL: in order */
	uint16_t repeat[VIRTQUEUE_SIZE_MAX]; /* heads a predecessor took, in its order */
	uint16_t repeats, repeated;
	/* NULL: a split queue. Of a packed one, the indices above count its ring's places twice: see packed.c. */
	struct packed_state *packed;
	struct vring_packed_desc *ring;
	uint32_t *driver_event, *device_event;
	uint32_t order;            /* of what is taken next */
	uint32_t unsaid;           /* places that were used since the guest was last asked about */
	uint16_t unsaved, room;    /* copies that are free: the first one, how many */
	uint16_t in_hand, putting; /* buffers: that we have, that the driver does not see back yet */
	bool event_idx;
	bool running;
	bool broken;
};

/** One buffer of the driver: what we may read, then what we may write. */
struct virtqueue_chain {
	uint16_t head;         /* its name; of a packed queue the buffer id */
	unsigned int readable; /* iov[0..readable) */
	unsigned int writable; /* the following ones */
	struct iovec iov[VIRTQUEUE_SIZE_MAX];
};

/**
 * virtqueue_start() - begin, or after a restart go on, with a queue.
 *
 * @inflight: NULL, or what was taken before: virtqueue_pop() gives it first
 *
 * The used index in guest memory and the number of buffers in flight tell
 * where to go on.
 *
 * Return: false when size, alignment or an address is not allowed.
 */
bool virtqueue_start(struct virtqueue *queue, const struct guest_memory *memory, const struct virtqueue_layout *layout,
		     bool event_idx, struct virtqueue_inflight *inflight);
void virtqueue_stop(struct virtqueue *queue);
/** virtqueue_pop() - the next buffer. Return: false when there is none, or the queue broke. */
bool virtqueue_pop(struct virtqueue *queue, struct virtqueue_chain *chain);
/** virtqueue_fill() - copy into a buffer's writable part, as far as there is room. Return: how many bytes. */
size_t virtqueue_fill(const struct virtqueue_chain *chain, const void *data, size_t bytes);
/**
 * virtqueue_gather() - copy @bytes of a buffer's readable part, after the first @skip.
 * Return: how many there are in all from there on.
 */
size_t virtqueue_gather(const struct virtqueue_chain *chain, size_t skip, void *data, size_t bytes);
/**
 * virtqueue_unpop() - the buffer popped last is as good as not taken: it comes again.
 * Only for split queues that give back in order, with no other in hand.
 */
void virtqueue_unpop(struct virtqueue *queue);
/** virtqueue_push() - give a buffer back with @bytes written into it. */
void virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t bytes);
/**
 * virtqueue_put() - the same, but the driver sees it, and all that were put before it, at virtqueue_publish().
 * Only for queues that give back in order.
 */
void virtqueue_put(struct virtqueue *queue, uint16_t head, uint32_t bytes);
void virtqueue_publish(struct virtqueue *queue);
/** virtqueue_in_hand() - how many buffers of a queue that gives back in order were taken and not given back. */
static inline uint16_t virtqueue_in_hand(const struct virtqueue *queue)
{
	return queue->packed ? queue->in_hand : (uint16_t)(queue->last_avail - queue->used_idx);
}
/** virtqueue_used_index() - where a split queue stands by the guest's memory, when somebody else serves it. */
uint16_t virtqueue_used_index(const struct virtqueue *queue);
/** virtqueue_rearm() - ask for a doorbell. Return: true if buffers came meanwhile: go on. */
bool virtqueue_rearm(struct virtqueue *queue);
/** virtqueue_has_news() - whether something was pushed since virtqueue_wants_interrupt() was last asked. */
bool virtqueue_has_news(const struct virtqueue *queue);
/** virtqueue_wants_interrupt() - whether to tell the guest of what was pushed since last asked. */
bool virtqueue_wants_interrupt(struct virtqueue *queue);

#endif
