// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packed.c - take buffers from a packed ring and give them back.
 *
 * An index counts the ring's places twice, from 0 to 2 * size - 1: it is a place and a wrap counter. The wrap
 * counter is 1 in the first half.
 */
#include "virtio/packed.h"

#include "virtio/chain.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define AVAIL (1u << VRING_PACKED_DESC_F_AVAIL)
#define USED (1u << VRING_PACKED_DESC_F_USED)

static bool wrap_of(const struct virtqueue *queue, uint16_t index)
{
	return index < queue->size;
}

static uint16_t place_of(const struct virtqueue *queue, uint16_t index)
{
	return (uint16_t)(wrap_of(queue, index) ? index : index - queue->size);
}

static uint16_t advance(const struct virtqueue *queue, uint16_t index, uint16_t places)
{
	uint16_t next = (uint16_t)(index + places);

	return (uint16_t)(next < 2 * queue->size ? next : next - 2 * queue->size);
}

static uint16_t flags_at(const struct virtqueue *queue, uint16_t index)
{
	return le16toh(__atomic_load_n(&queue->packed.ring[place_of(queue, index)].flags, __ATOMIC_RELAXED));
}

static bool is_available(const struct virtqueue *queue)
{
	uint16_t flags = flags_at(queue, queue->last_avail);
	bool wrap = wrap_of(queue, queue->last_avail);

	return !!(flags & AVAIL) == wrap && !!(flags & USED) != wrap;
}

/* Return: a copy, with the id in next. */
static struct vring_desc read_descriptor(const struct vring_packed_desc *from)
{
	/* Volatile: the guest can change it; what is checked must be what is used. */
	const volatile struct vring_packed_desc *desc = from;
	struct vring_desc copy;

	copy.addr = le64toh(desc->addr);
	copy.len = le32toh(desc->len);
	copy.flags = le16toh(desc->flags);
	copy.next = le16toh(desc->id);
	return copy;
}

/* The used element of buffer @n of giving[]. */
static void write_element(struct virtqueue *queue, uint16_t index, unsigned int n)
{
	const struct packed_state *state = queue->packed.state;
	uint32_t bytes = state->giving[n].bytes;
	uint64_t flags = (wrap_of(queue, index) ? AVAIL | USED : 0) | (bytes ? VRING_DESC_F_WRITE : 0);
	uint64_t *element = (uint64_t *)(void *)&queue->packed.ring[place_of(queue, index)].len;

	__atomic_store_n(element, htole64(bytes | (uint64_t)state->giving[n].id << 32 | flags << 48), __ATOMIC_RELAXED);
}

static void write_elements(struct virtqueue *queue, unsigned int count)
{
	const struct packed_state *state = queue->packed.state;
	uint16_t index = queue->used_idx;

	for (unsigned int n = 1; n < count; n++) {
		index = advance(queue, index, state->buffer[state->giving[n - 1].id].count);
		write_element(queue, index, n);
	}
	/* Buffers and the other elements before the first element, which the driver polls. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	write_element(queue, queue->used_idx, 0);
}

/* The driver has got @count buffers back: their copies are free, and so are their places of the ring. */
static void settle(struct virtqueue *queue, unsigned int count)
{
	struct packed_state *state = queue->packed.state;

	for (unsigned int n = 0; n < count; n++) {
		uint16_t id = state->giving[n].id;
		struct packed_buffer buffer = state->buffer[id];
		uint16_t last = buffer.first;

		for (uint16_t i = 1; i < buffer.count; i++)
			last = state->saved[last].next;
		state->saved[last].next = queue->packed.unsaved;
		queue->packed.unsaved = buffer.first;
		queue->packed.room = (uint16_t)(queue->packed.room + buffer.count);
		queue->used_idx = advance(queue, queue->used_idx, buffer.count);
		queue->pending_notify += buffer.count;
		__atomic_store_n(&state->taken[id], 0, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&state->used, queue->used_idx, __ATOMIC_RELEASE);
}

/*
 * The previous vimo-dm may have been killed while it gave buffers back. The driver has them once the first element is
 * written. The driver may reuse that place then, but until it is given back again, its flags show that the last lap
 * used it.
 */
static void finish_giving(struct virtqueue *queue)
{
	uint32_t used = __atomic_load_n(&queue->packed.state->used, __ATOMIC_RELAXED);
	unsigned int count = used >> 16;

	queue->used_idx = (uint16_t)used;
	if (!count)
		return;
	if (!!(flags_at(queue, queue->used_idx) & USED) != wrap_of(queue, queue->used_idx))
		write_elements(queue, count);
	settle(queue, count);
}

/* Mark a buffer's copies in @busy. Return: false: they are not a list of the ring's places, or another buffer has some.
 */
static bool mark_copies(const struct packed_state *state, uint16_t size, const struct packed_buffer *buffer, bool *busy)
{
	uint16_t at = buffer->first;

	if (!buffer->count || buffer->count > size)
		return false;
	for (uint16_t n = 0; n < buffer->count; n++, at = state->saved[at].next) {
		if (at >= size || busy[at])
			return false;
		busy[at] = true;
	}
	return true;
}

/* A kill during settle() leaves buffers in giving[] that taken[] does not name any more; no other has their copies. */
bool packed_state_is_valid(const struct packed_state *state, uint16_t size)
{
	bool busy[VIRTQUEUE_SIZE_MAX] = { false }, given[VIRTQUEUE_SIZE_MAX] = { false };
	uint32_t used = (uint16_t)state->used, giving = state->used >> 16;

	if (!size || size > VIRTQUEUE_SIZE_MAX || used >= 2u * size || giving > size)
		return false;
	for (uint16_t id = 0; id < size; id++)
		if (state->taken[id] &&
		    (!(state->taken[id] & 1) || !mark_copies(state, size, &state->buffer[id], busy)))
			return false;
	for (uint32_t n = 0; n < giving; n++) {
		uint16_t id = state->giving[n].id;

		if (id >= size || given[id] ||
		    (!state->taken[id] && !mark_copies(state, size, &state->buffer[id], busy)))
			return false;
		given[id] = true;
	}
	return true;
}

/* Buffers taken earlier come first. Orders are compared around one of them: they wrap, and any numbers are sorted. */
struct orders {
	const uint32_t *taken;
	uint32_t lowest;
};

static int by_order(const void *left, const void *right, void *context)
{
	const struct orders *orders = context;
	uint32_t a = orders->taken[*(const uint16_t *)left] - orders->lowest;
	uint32_t b = orders->taken[*(const uint16_t *)right] - orders->lowest;

	return a < b ? -1 : a > b;
}

/* Copies that belong to no buffer in flight form a new list; the previous vimo-dm's list is lost. */
static void collect_unsaved(struct virtqueue *queue)
{
	struct packed_state *state = queue->packed.state;
	bool busy[VIRTQUEUE_SIZE_MAX] = { false };

	for (uint16_t n = 0; n < queue->repeats; n++) {
		const struct packed_buffer *buffer = &state->buffer[queue->repeat[n]];
		uint16_t at = buffer->first;

		for (uint16_t i = 0; i < buffer->count; i++, at = state->saved[at].next)
			busy[at] = true;
	}
	queue->packed.room = 0;
	for (uint16_t at = queue->size; at--;) {
		if (busy[at])
			continue;
		state->saved[at].next = queue->packed.unsaved;
		queue->packed.unsaved = at;
		queue->packed.room++;
	}
}

static void take_over(struct virtqueue *queue)
{
	struct packed_state *state = queue->packed.state;
	struct orders orders = { .taken = state->taken };

	finish_giving(queue);
	queue->last_avail = queue->used_idx;
	for (uint16_t id = 0; id < queue->size; id++) {
		if (!state->taken[id])
			continue;
		queue->repeat[queue->repeats++] = id;
		queue->last_avail = advance(queue, queue->last_avail, state->buffer[id].count);
	}
	orders.lowest = queue->repeats ? state->taken[queue->repeat[0]] - (1u << 31) : 0;
	qsort_r(queue->repeat, queue->repeats, sizeof(queue->repeat[0]), by_order, &orders);
	queue->packed.order = queue->repeats ? state->taken[queue->repeat[queue->repeats - 1]] + 2 : 1;
	collect_unsaved(queue);
}

/*
 * Copy the descriptors of the next buffer. Return: false when there is none, or the queue broke.
 * @rest: gets the first copy that is free after it
 */
static bool save(struct virtqueue *queue, uint16_t *id, struct packed_buffer *buffer, uint16_t *rest)
{
	struct packed_state *state = queue->packed.state;
	uint16_t at = queue->packed.unsaved, index = queue->last_avail;
	struct vring_desc desc;

	if (!is_available(queue))
		return false;
	/* All of a buffer was written before the flags of its first descriptor. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	*buffer = (struct packed_buffer){ .first = at };
	do {
		queue->broken = buffer->count == queue->packed.room; /* places beyond the free ones: some are taken */
		if (queue->broken)
			return false;
		desc = read_descriptor(&queue->packed.ring[place_of(queue, index)]);
		*id = desc.next; /* the last descriptor's */
		desc.next = state->saved[at].next;
		state->saved[at] = desc;
		at = desc.next;
		index = advance(queue, index, 1);
		buffer->count++;
	} while (desc.flags & VRING_DESC_F_NEXT);
	*rest = at;
	/* An id that is in flight already would be given back twice. */
	queue->broken = *id >= queue->size || state->taken[*id];
	return !queue->broken;
}

/* The buffer is in flight from now on: its copies and its places of the ring are taken. */
static void take(struct virtqueue *queue, uint16_t id, const struct packed_buffer *buffer, uint16_t rest)
{
	struct packed_state *state = queue->packed.state;

	queue->packed.unsaved = rest;
	queue->packed.room = (uint16_t)(queue->packed.room - buffer->count);
	queue->last_avail = advance(queue, queue->last_avail, buffer->count);
	state->buffer[id] = *buffer;
	__atomic_store_n(&state->taken[id], queue->packed.order, __ATOMIC_RELEASE);
	queue->packed.order += 2;
}

/* A table is one buffer, in its order. Flags that 2.8.7 tells the device to ignore are ignored. */
static bool read_table(const struct virtqueue *queue, struct virtqueue_chain *chain, const struct vring_desc *indirect)
{
	uint32_t count;
	const struct vring_packed_desc *table = chain_table(queue, indirect, &count);

	if (!table)
		return false;
	for (uint32_t n = 0; n < count; n++) {
		struct vring_desc desc = read_descriptor(&table[n]);

		if (desc.flags & VRING_DESC_F_INDIRECT || !chain_add_segment(queue, chain, &desc))
			return false;
	}
	return true;
}

static bool read_buffer(const struct virtqueue *queue, struct virtqueue_chain *chain,
			const struct packed_buffer *buffer)
{
	const struct vring_desc *desc = &queue->packed.state->saved[buffer->first];

	if (buffer->count == 1 && desc->flags & VRING_DESC_F_INDIRECT)
		return read_table(queue, chain, desc);
	for (uint16_t n = 0; n < buffer->count; n++) {
		if (desc->flags & VRING_DESC_F_INDIRECT || !chain_add_segment(queue, chain, desc))
			return false;
		desc = &queue->packed.state->saved[desc->next];
	}
	return true;
}

static bool packed_pop(struct virtqueue *queue, struct virtqueue_chain *chain)
{
	bool again = queue->repeated < queue->repeats;
	struct packed_buffer buffer;
	uint16_t rest = 0;

	chain->readable = 0;
	chain->writable = 0;
	if (again) {
		chain->head = queue->repeat[queue->repeated++];
		buffer = queue->packed.state->buffer[chain->head];
	} else if (!save(queue, &chain->head, &buffer, &rest)) {
		return false;
	}
	if (!read_buffer(queue, chain, &buffer)) {
		queue->broken = true;
		return false;
	}
	if (!again)
		take(queue, chain->head, &buffer, rest);
	queue->in_hand++;
	return true;
}

static void packed_put(struct virtqueue *queue, uint16_t id, uint32_t bytes)
{
	struct packed_state *state = queue->packed.state;

	state->giving[queue->packed.putting].bytes = bytes;
	state->giving[queue->packed.putting].id = id;
	queue->packed.putting++;
}

/* vimo-dm may be killed between any two stores: finish_giving() puts each such state right. */
static void packed_publish(struct virtqueue *queue)
{
	struct packed_state *state = queue->packed.state;
	uint16_t count = queue->packed.putting;

	if (!count)
		return;
	__atomic_store_n(&state->used, queue->used_idx | (uint32_t)count << 16, __ATOMIC_RELEASE);
	write_elements(queue, count);
	settle(queue, count);
	queue->in_hand = (uint16_t)(queue->in_hand - count);
	queue->packed.putting = 0;
}

static void packed_push(struct virtqueue *queue, uint16_t id, uint32_t bytes)
{
	packed_put(queue, id, bytes);
	packed_publish(queue);
}

static bool packed_rearm(struct virtqueue *queue)
{
	uint32_t event = place_of(queue, queue->last_avail) |
			 (uint32_t)wrap_of(queue, queue->last_avail) << VRING_PACKED_EVENT_F_WRAP_CTR |
			 VRING_PACKED_EVENT_FLAG_DESC << 16;

	/* As the fields of struct vring_packed_desc_event, at once; without VIRTIO_RING_F_EVENT_IDX: always. */
	__atomic_store_n(queue->packed.device_event, htole32(queue->event_idx ? event : 0), __ATOMIC_RELAXED);
	/* The request for a doorbell before the load: else both sides could wait for each other (2.8.21). */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return is_available(queue);
}

/* Whether the place in @event, which the driver asked to be notified of, is one of the last @pending used places. */
static bool has_passed(const struct virtqueue *queue, uint16_t event, uint32_t pending)
{
	uint16_t place = event & (uint16_t) ~(1u << VRING_PACKED_EVENT_F_WRAP_CTR);
	int index = place + (event >> VRING_PACKED_EVENT_F_WRAP_CTR ? 0 : queue->size);
	int ago = queue->used_idx - 1 - index;

	if (place >= queue->size)
		return true; /* not a place */
	return (uint32_t)(ago < 0 ? ago + 2 * queue->size : ago) < pending;
}

static bool packed_should_notify(struct virtqueue *queue)
{
	uint32_t pending = queue->pending_notify, event, flags;

	/* The used elements before the driver's request. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	queue->pending_notify = 0;
	event = le32toh(__atomic_load_n(queue->packed.driver_event, __ATOMIC_RELAXED));
	flags = event >> 16 & 3;
	if (flags == VRING_PACKED_EVENT_FLAG_DESC && queue->event_idx)
		return has_passed(queue, (uint16_t)event, pending);
	return flags != VRING_PACKED_EVENT_FLAG_DISABLE;
}

const struct virtqueue_ops packed_ops = {
	.pop = packed_pop,
	.push = packed_push,
	.put = packed_put,
	.publish = packed_publish,
	.rearm = packed_rearm,
	.should_notify = packed_should_notify,
};

bool packed_start(struct virtqueue *queue, const struct guest_memory *memory, const struct virtqueue_layout *layout,
		  bool event_idx, struct packed_state *state)
{
	memset(queue, 0, sizeof(*queue));
	if (!layout->size || layout->size > VIRTQUEUE_SIZE_MAX)
		return false;
	if (layout->desc & 15 || layout->driver & 3 || layout->device & 3)
		return false;
	if (!packed_state_is_valid(state, layout->size))
		return false;
	queue->packed.ring = guest_memory_at(memory, layout->desc, sizeof(*queue->packed.ring) * layout->size);
	queue->packed.driver_event = guest_memory_at(memory, layout->driver, sizeof(*queue->packed.driver_event));
	queue->packed.device_event = guest_memory_at(memory, layout->device, sizeof(*queue->packed.device_event));
	if (!queue->packed.ring || !queue->packed.driver_event || !queue->packed.device_event)
		return false;
	queue->ops = &packed_ops;
	queue->memory = memory;
	queue->size = layout->size;
	queue->event_idx = event_idx;
	queue->packed.state = state;
	take_over(queue);
	queue->running = true;
	return true;
}
