// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * split.c - take buffers from a driver and give them back: by a split ring here, by a packed
 * one in packed.c.
 */
#include "virtio/virtqueue.h"

#include "virtio/chain.h"
#include "virtio/packed.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { IDX = 1, RING = 2 }; /* of avail and used, in 16-bit words */

struct table {
	const struct vring_desc *desc;
	uint32_t count;
	bool indirect;
};

static uint16_t load16(const uint16_t *word)
{
	return le16toh(__atomic_load_n(word, __ATOMIC_RELAXED));
}

static void store16(uint16_t *word, uint16_t value)
{
	__atomic_store_n(word, htole16(value), __ATOMIC_RELAXED);
}

static uint16_t *used_event(const struct virtqueue *queue)
{
	return queue->avail + RING + queue->size;
}

static uint16_t *avail_event(const struct virtqueue *queue)
{
	return queue->used + RING + 4u * queue->size;
}

/* Earlier places first. The heads' places lie less than the ring's size before the last one taken. */
static int by_place(const void *left, const void *right, void *context)
{
	const struct virtqueue *queue = context;
	uint16_t a = (uint16_t)(queue->inflight->taken[*(const uint16_t *)left] - queue->last_avail);
	uint16_t b = (uint16_t)(queue->inflight->taken[*(const uint16_t *)right] - queue->last_avail);

	return a < b ? -1 : a > b;
}

/* What a predecessor took and did not give back. */
static void take_over(struct virtqueue *queue)
{
	struct virtqueue_inflight *inflight = queue->inflight;

	/* It may have died between giving back and saying so. */
	if (inflight->completing && inflight->completing <= queue->size &&
	    queue->used_idx == (uint16_t)(inflight->used_idx + 1))
		inflight->taken[inflight->completing - 1] = 0;
	inflight->completing = 0;
	for (uint16_t head = 0; head < queue->size; head++)
		if (inflight->taken[head])
			queue->repeat[queue->repeats++] = head;
	queue->last_avail = (uint16_t)(queue->used_idx + queue->repeats);
	qsort_r(queue->repeat, queue->repeats, sizeof(queue->repeat[0]), by_place, queue);
}

bool virtqueue_start(struct virtqueue *queue, const struct guest_memory *memory, const struct virtqueue_layout *layout,
		     bool event_idx, struct virtqueue_inflight *inflight)
{
	uint64_t size = layout->size;

	memset(queue, 0, sizeof(*queue));
	if (!size || size > (inflight ? VIRTQUEUE_SIZE_MAX : VIRTQUEUE_IN_ORDER_MAX) || size & (size - 1))
		return false;
	if (layout->desc & 15 || layout->driver & 1 || layout->device & 3)
		return false;
	queue->desc = guest_memory_at(memory, layout->desc, 16 * size);
	queue->avail = guest_memory_at(memory, layout->driver, 6 + 2 * size);
	queue->used = guest_memory_at(memory, layout->device, 6 + 8 * size);
	if (!queue->desc || !queue->avail || !queue->used)
		return false;
	queue->memory = memory;
	queue->size = layout->size;
	queue->event_idx = event_idx;
	queue->used_idx = load16(queue->used + IDX);
	queue->last_avail = queue->used_idx;
	queue->notified_idx = queue->used_idx;
	queue->inflight = inflight;
	if (inflight)
		take_over(queue);
	queue->running = true;
	return true;
}

void virtqueue_stop(struct virtqueue *queue)
{
	memset(queue, 0, sizeof(*queue));
}

static struct vring_desc read_descriptor(const struct table *table, uint32_t index)
{
	struct vring_desc copy;

	/* Volatile: the guest can change it; what is checked must be what is used. */
	const volatile struct vring_desc *desc = &table->desc[index];

	copy.addr = le64toh(desc->addr);
	copy.len = le32toh(desc->len);
	copy.flags = le16toh(desc->flags);
	copy.next = le16toh(desc->next);
	return copy;
}

/* Not nested: told by a flag, not by address, since one may lie where the queue's own table does. */
static bool enter_indirect(const struct virtqueue *queue, const struct vring_desc *desc, struct table *table)
{
	bool nested = table->indirect;

	table->desc = chain_table(queue, desc, &table->count);
	table->indirect = true;
	return table->desc && !nested;
}

/* Bounded by steps: a chain that loops is longer than its table. */
static bool read_chain(const struct virtqueue *queue, struct virtqueue_chain *chain)
{
	struct table table = { queue->desc, queue->size, false };
	uint32_t index = chain->head, steps = 0;

	while (index < table.count && steps++ < table.count) {
		struct vring_desc desc = read_descriptor(&table, index);

		if (desc.flags & VRING_DESC_F_INDIRECT) {
			if (!enter_indirect(queue, &desc, &table))
				return false;
			index = 0;
			steps = 0;
			continue;
		}
		if (!chain_add_segment(queue, chain, &desc))
			return false;
		if (!(desc.flags & VRING_DESC_F_NEXT))
			return true;
		index = desc.next;
	}
	return false;
}

/* The next head of the available ring. Return: false when there is none, or the queue broke. */
static bool take_head(struct virtqueue *queue, uint16_t *head)
{
	uint16_t waiting = (uint16_t)(load16(queue->avail + IDX) - queue->last_avail);

	if (!waiting)
		return false;
	queue->broken = waiting > queue->size;
	/* The ring entry and what it names were written before the index. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	*head = load16(queue->avail + RING + queue->last_avail % queue->size);
	/* A head that is in flight already would be given back twice. */
	queue->broken |= *head >= queue->size || (queue->inflight && queue->inflight->taken[*head]);
	return !queue->broken;
}

bool virtqueue_pop(struct virtqueue *queue, struct virtqueue_chain *chain)
{
	bool again = queue->repeated < queue->repeats;

	if (!queue->running || queue->broken)
		return false;
	chain->readable = 0;
	chain->writable = 0;
	if (queue->packed)
		return packed_pop(queue, chain);
	if (again)
		chain->head = queue->repeat[queue->repeated++];
	else if (!take_head(queue, &chain->head))
		return false;
	if (!read_chain(queue, chain)) {
		queue->broken = true;
		return false;
	}
	if (again)
		return true;
	if (queue->inflight)
		__atomic_store_n(&queue->inflight->taken[chain->head], VIRTQUEUE_TAKEN | queue->last_avail,
				 __ATOMIC_RELEASE);
	queue->last_avail++;
	return true;
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

void virtqueue_unpop(struct virtqueue *queue)
{
	queue->last_avail--;
}

static void put(struct virtqueue *queue, uint16_t head, uint32_t bytes)
{
	uint32_t *element = (uint32_t *)(void *)(queue->used + RING) + 2u * (queue->used_idx % queue->size);

	__atomic_store_n(&element[0], htole32(head), __ATOMIC_RELAXED);
	__atomic_store_n(&element[1], htole32(bytes), __ATOMIC_RELAXED);
	queue->used_idx++;
}

static void publish(struct virtqueue *queue)
{
	/* Buffers and elements before the index. */
	__atomic_store_n(queue->used + IDX, htole16(queue->used_idx), __ATOMIC_RELEASE);
}

void virtqueue_put(struct virtqueue *queue, uint16_t head, uint32_t bytes)
{
	if (queue->packed)
		packed_put(queue, head, bytes);
	else
		put(queue, head, bytes);
}

void virtqueue_publish(struct virtqueue *queue)
{
	if (queue->packed)
		packed_publish(queue);
	else
		publish(queue);
}

/* Our process may end between any two stores: take_over() puts each such state right. */
void virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t bytes)
{
	struct virtqueue_inflight *inflight = queue->inflight;

	if (queue->packed) {
		packed_put(queue, head, bytes);
		packed_publish(queue);
		return;
	}
	put(queue, head, bytes);
	if (inflight) {
		inflight->used_idx = (uint16_t)(queue->used_idx - 1);
		__atomic_store_n(&inflight->completing, (uint16_t)(head + 1), __ATOMIC_RELEASE);
	}
	publish(queue);
	if (inflight) {
		__atomic_store_n(&inflight->taken[head], 0, __ATOMIC_RELEASE);
		__atomic_store_n(&inflight->completing, 0, __ATOMIC_RELEASE);
	}
}

uint16_t virtqueue_used_index(const struct virtqueue *queue)
{
	return load16(queue->used + IDX);
}

bool virtqueue_rearm(struct virtqueue *queue)
{
	if (!queue->running || queue->broken)
		return false;
	if (queue->packed)
		return packed_rearm(queue);
	if (queue->event_idx)
		store16(avail_event(queue), queue->last_avail);
	else
		store16(queue->used, 0);
	/* Our wish before we look: else both sides could wait for each other (2.7.13.4). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return load16(queue->avail + IDX) != queue->last_avail;
}

bool virtqueue_has_news(const struct virtqueue *queue)
{
	return queue->running && (queue->packed ? queue->unsaid != 0 : queue->notified_idx != queue->used_idx);
}

bool virtqueue_wants_interrupt(struct virtqueue *queue)
{
	uint16_t old = queue->notified_idx, new = queue->used_idx;

	if (!virtqueue_has_news(queue))
		return false;
	if (queue->packed)
		return packed_wants_interrupt(queue);
	/* The used index before we look at the driver's wish. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	queue->notified_idx = new;
	if (!queue->event_idx)
		return !(load16(queue->avail) & VRING_AVAIL_F_NO_INTERRUPT);
	return vring_need_event(load16(used_event(queue)), new, old);
}
