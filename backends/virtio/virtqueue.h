/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virtqueue.h - the device's side of a virtqueue (VirtIO 1.2, 2.6), split (2.7) or packed (2.8).
 *
 * Ring, descriptors and indices are the guest's memory: each value is read
 * once, checked here, and used from a copy. A queue that breaks a rule is
 * broken until the driver resets the device.
 *
 * Buffers may be given back in another order than they were taken when the queue has a state:
 * the state outlives vimo-dm, and the next vimo-dm takes first the buffers that the previous one had not
 * given back. Without a state, a split queue gives back in order. A packed queue always has a state.
 *
 * Context: the caller holds the device's lock.
 */
#ifndef VIRTIO_VIRTQUEUE_H
#define VIRTIO_VIRTQUEUE_H

#include "virtio/packed.h"
#include "virtio/queue.h"
#include "virtio/split.h"

/** What the next vimo-dm must know of a queue. A queue starts with the first VIRTQUEUE_STATE_ZERO bytes zero. */
union virtqueue_state {
	struct split_state split;
	struct packed_state packed;
};
#define VIRTQUEUE_STATE_ZERO PACKED_STATE_ZERO

enum virtqueue_kind { VIRTQUEUE_IN_ORDER, VIRTQUEUE_OUT_OF_ORDER, VIRTQUEUE_PACKED };

/**
 * virtqueue_start() - begin with a queue, or go on with it after a restart of vimo-dm.
 * @kind: layout, and whether a split queue's buffers are given back in any order
 * @state: the queue's state; unused for VIRTQUEUE_IN_ORDER
 *
 * Return: false when size, alignment or an address is not allowed.
 */
bool virtqueue_start(struct virtqueue *queue, const struct guest_memory *memory, const struct virtqueue_layout *layout,
		     bool event_idx, enum virtqueue_kind kind, union virtqueue_state *state);
void virtqueue_stop(struct virtqueue *queue);
/** virtqueue_pop() - the next buffer. Return: false when there is none, or the queue broke. */
static inline bool virtqueue_pop(struct virtqueue *queue, struct virtqueue_chain *chain)
{
	return queue->running && !queue->broken && queue->ops->pop(queue, chain);
}
/** virtqueue_push() - give a buffer back with @bytes written into it. */
static inline void virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t bytes)
{
	queue->ops->push(queue, head, bytes);
}
/**
 * virtqueue_put() - the same, but the driver sees the buffer, and all that were put before it, at virtqueue_publish().
 * Only for queues that give back in order.
 */
static inline void virtqueue_put(struct virtqueue *queue, uint16_t head, uint32_t bytes)
{
	queue->ops->put(queue, head, bytes);
}
static inline void virtqueue_publish(struct virtqueue *queue)
{
	queue->ops->publish(queue);
}
/** virtqueue_rearm() - ask for a doorbell. Return: true if buffers arrived meanwhile: go on. */
static inline bool virtqueue_rearm(struct virtqueue *queue)
{
	return queue->running && !queue->broken && queue->ops->rearm(queue);
}
/** virtqueue_pending_notify() - whether buffers were given back since virtqueue_should_notify() was last called. */
static inline bool virtqueue_pending_notify(const struct virtqueue *queue)
{
	return queue->running && queue->pending_notify;
}
/** virtqueue_should_notify() - whether to interrupt the guest for the buffers given back since the last call. */
static inline bool virtqueue_should_notify(struct virtqueue *queue)
{
	return virtqueue_pending_notify(queue) && queue->ops->should_notify(queue);
}
/** virtqueue_fill() - copy into a buffer's writable part, as far as there is room. Return: how many bytes. */
size_t virtqueue_fill(const struct virtqueue_chain *chain, const void *data, size_t bytes);
/**
 * virtqueue_gather() - copy @bytes of a buffer's readable part, after the first @skip.
 * Return: how many there are in all from there on.
 */
size_t virtqueue_gather(const struct virtqueue_chain *chain, size_t skip, void *data, size_t bytes);

#endif
