// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * split.c - take buffers from a split ring and give them back.
 */
#include "virtio/split.h"

#include "virtio/chain.h"

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
	return queue->split.avail + RING + queue->size;
}

static uint16_t *avail_event(const struct virtqueue *queue)
{
	return queue->split.used + RING + 4u * queue->size;
}

/* Earlier places first. The heads' places lie less than the ring's size before the last one taken. */
static int by_place(const void *left, const void *right, void *context)
{
	const struct virtqueue *queue = context;
	uint16_t a = (uint16_t)(queue->split.state->taken[*(const uint16_t *)left] - queue->last_avail);
	uint16_t b = (uint16_t)(queue->split.state->taken[*(const uint16_t *)right] - queue->last_avail);

	return a < b ? -1 : a > b;
}

/* The previous vimo-dm may have taken buffers that it did not give back. */
static void take_over(struct virtqueue *queue)
{
	struct split_state *state = queue->split.state;

	/* The previous vimo-dm may have been killed between giving back and clearing its note of that. */
	if (state->completing && state->completing <= queue->size && queue->used_idx == (uint16_t)(state->used_idx + 1))
		state->taken[state->completing - 1] = 0;
	state->completing = 0;
	for (uint16_t head = 0; head < queue->size; head++)
		if (state->taken[head])
			queue->repeat[queue->repeats++] = head;
	queue->last_avail = (uint16_t)(queue->used_idx + queue->repeats);
	qsort_r(queue->repeat, queue->repeats, sizeof(queue->repeat[0]), by_place, queue);
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

/* Tables are not nested. A flag says so, since an indirect table may lie at the address of the queue's own table. */
static bool enter_indirect(const struct virtqueue *queue, const struct vring_desc *desc, struct table *table)
{
	bool nested = table->indirect;

	table->desc = chain_table(queue, desc, &table->count);
	table->indirect = true;
	return table->desc && !nested;
}

/* The steps are bounded: a chain that loops is longer than its table. */
static bool read_chain(const struct virtqueue *queue, struct virtqueue_chain *chain)
{
	struct table table = { queue->split.desc, queue->size, false };
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
	uint16_t waiting = (uint16_t)(load16(queue->split.avail + IDX) - queue->last_avail);

	if (!waiting)
		return false;
	queue->broken = waiting > queue->size;
	/* The ring entry and what it names were written before the index. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	*head = load16(queue->split.avail + RING + queue->last_avail % queue->size);
	/* A head that is in flight already would be given back twice. */
	queue->broken |= *head >= queue->size || (queue->split.state && queue->split.state->taken[*head]);
	return !queue->broken;
}

static bool split_pop(struct virtqueue *queue, struct virtqueue_chain *chain)
{
	struct split_state *state = queue->split.state;
	bool again = queue->repeated < queue->repeats;

	chain->readable = 0;
	chain->writable = 0;
	if (again)
		chain->head = queue->repeat[queue->repeated++];
	else if (!take_head(queue, &chain->head))
		return false;
	if (!read_chain(queue, chain)) {
		queue->broken = true;
		return false;
	}
	queue->in_hand++;
	if (again)
		return true;
	if (state)
		__atomic_store_n(&state->taken[chain->head], SPLIT_TAKEN | queue->last_avail, __ATOMIC_RELEASE);
	queue->last_avail++;
	return true;
}

void split_unpop(struct virtqueue *queue)
{
	queue->last_avail--;
	queue->in_hand--;
}

static void split_put(struct virtqueue *queue, uint16_t head, uint32_t bytes)
{
	uint32_t *element = (uint32_t *)(void *)(queue->split.used + RING) + 2u * (queue->used_idx % queue->size);

	__atomic_store_n(&element[0], htole32(head), __ATOMIC_RELAXED);
	__atomic_store_n(&element[1], htole32(bytes), __ATOMIC_RELAXED);
	queue->used_idx++;
	queue->in_hand--;
	queue->pending_notify++;
}

static void split_publish(struct virtqueue *queue)
{
	/* Buffers and elements before the index. */
	__atomic_store_n(queue->split.used + IDX, htole16(queue->used_idx), __ATOMIC_RELEASE);
}

/* vimo-dm may be killed between any two stores: take_over() puts each such state right. */
static void split_push(struct virtqueue *queue, uint16_t head, uint32_t bytes)
{
	struct split_state *state = queue->split.state;

	split_put(queue, head, bytes);
	if (state) {
		state->used_idx = (uint16_t)(queue->used_idx - 1);
		__atomic_store_n(&state->completing, (uint16_t)(head + 1), __ATOMIC_RELEASE);
	}
	split_publish(queue);
	if (state) {
		__atomic_store_n(&state->taken[head], 0, __ATOMIC_RELEASE);
		__atomic_store_n(&state->completing, 0, __ATOMIC_RELEASE);
	}
}

uint16_t split_used_index(const struct virtqueue *queue)
{
	return load16(queue->split.used + IDX);
}

static bool split_rearm(struct virtqueue *queue)
{
	if (queue->event_idx)
		store16(avail_event(queue), queue->last_avail);
	else
		store16(queue->split.used, 0);
	/* The request for a doorbell before the load: else both sides could wait for each other (2.7.13.4). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return load16(queue->split.avail + IDX) != queue->last_avail;
}

static bool split_should_notify(struct virtqueue *queue)
{
	uint16_t new = queue->used_idx, old = (uint16_t)(new - queue->pending_notify);

	/* The used index before the driver's request. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	queue->pending_notify = 0;
	if (!queue->event_idx)
		return !(load16(queue->split.avail) & VRING_AVAIL_F_NO_INTERRUPT);
	return vring_need_event(load16(used_event(queue)), new, old);
}

const struct virtqueue_ops split_ops = {
	.pop = split_pop,
	.push = split_push,
	.put = split_put,
	.publish = split_publish,
	.rearm = split_rearm,
	.should_notify = split_should_notify,
};

bool split_start(struct virtqueue *queue, const struct guest_memory *memory, const struct virtqueue_layout *layout,
		 bool event_idx, struct split_state *state)
{
	uint64_t size = layout->size;

	memset(queue, 0, sizeof(*queue));
	if (!size || size > (state ? VIRTQUEUE_SIZE_MAX : VIRTQUEUE_IN_ORDER_MAX) || size & (size - 1))
		return false;
	if (layout->desc & 15 || layout->driver & 1 || layout->device & 3)
		return false;
	queue->split.desc = guest_memory_at(memory, layout->desc, 16 * size);
	queue->split.avail = guest_memory_at(memory, layout->driver, 6 + 2 * size);
	queue->split.used = guest_memory_at(memory, layout->device, 6 + 8 * size);
	if (!queue->split.desc || !queue->split.avail || !queue->split.used)
		return false;
	queue->ops = &split_ops;
	queue->memory = memory;
	queue->size = layout->size;
	queue->event_idx = event_idx;
	queue->used_idx = load16(queue->split.used + IDX);
	queue->last_avail = queue->used_idx;
	queue->split.state = state;
	if (state)
		take_over(queue);
	queue->running = true;
	return true;
}
