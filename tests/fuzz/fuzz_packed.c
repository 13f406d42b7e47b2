// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_packed.c - a hostile driver against one packed queue, whose device models die: what is in
 * hand is known to each, whatever the ring says.
 */
#include "virtio/virtqueue.h"
#include "fake_packed.h"
#include "fuzz.h"

#include <stdlib.h>

#define QUEUE 16u
#define EVENTS 0x100u
#define INDIRECT 0x400u

static _Alignas(4096) uint8_t ram[RAM_BYTES];
static struct packed_state kept;
static struct fake_packed driver;
static struct virtqueue queue;
static uint16_t size, hand[QUEUE]; /* ids in hand, in their order */
static unsigned int hands;
static volatile uint8_t sink;

static struct vring_packed_desc make_descriptor(struct fuzz_input *input)
{
	uint8_t kind = (uint8_t)input_take(input, 1);
	struct vring_packed_desc desc = { .addr = kind < 0xc0 ? RAM + INDIRECT : input_address(input),
					  .len = kind & 1 ? 16u * (kind >> 1 & 7) : input_length(input),
					  .id = (uint16_t)(kind & 0x1f),
					  .flags = (uint16_t)(kind >> 5 &
							      (VRING_DESC_F_WRITE | VRING_DESC_F_INDIRECT)) };

	return desc;
}

static void offer(struct fuzz_input *input)
{
	uint8_t form = (uint8_t)input_take(input, 1);
	struct vring_packed_desc desc[4];
	uint16_t count = form < 0xc0 ? 1 : 1 + (form & 3);

	for (uint16_t n = 0; n < count; n++)
		desc[n] = make_descriptor(input);
	fake_packed_offer(&driver, (struct vring_packed_desc *)(void *)ram, (form >> 2 & 0x1f) % (QUEUE + 1), desc,
			  count);
}

static void make_table(struct fuzz_input *input)
{
	struct vring_packed_desc *table = (struct vring_packed_desc *)(void *)(ram + INDIRECT);

	for (unsigned int n = 0; n < 4; n++)
		table[n] = make_descriptor(input);
}

static void collect(struct fuzz_input *input)
{
	uint16_t id;
	uint32_t bytes;

	(void)input;
	for (unsigned int n = 0; n < QUEUE && driver.used < QUEUE; n++) /* its ring may be nonsense by now */
		if (!fake_packed_take(&driver, (struct vring_packed_desc *)(void *)ram, &id, &bytes))
			return;
}

static void poke(struct fuzz_input *input)
{
	uint16_t at = (uint16_t)input_take(input, 2);

	ram[at & 0x8000 ? at % RAM_BYTES : at % (EVENTS + 8)] = (uint8_t)input_take(input, 1);
}

static void use(const struct virtqueue_chain *chain)
{
	for (unsigned int i = 0; i < chain->readable + chain->writable; i++) {
		const struct iovec *part = &chain->iov[i];
		const uint8_t *bytes = part->iov_base;

		if (!part->iov_len || bytes < ram || part->iov_len > RAM_BYTES ||
		    (size_t)(bytes - ram) > RAM_BYTES - part->iov_len)
			abort();
		sink = bytes[0] ^ bytes[part->iov_len - 1];
	}
}

static void pop(struct fuzz_input *input)
{
	static struct virtqueue_chain chain;

	(void)input;
	if (!virtqueue_pop(&queue, &chain))
		return;
	use(&chain);
	for (unsigned int n = 0; n < hands; n++)
		if (hand[n] == chain.head)
			abort();
	if (chain.head >= size || hands == size)
		abort();
	hand[hands++] = chain.head;
}

static uint16_t let_go(unsigned int n)
{
	uint16_t id = hand[n % hands];

	memmove(hand + n % hands, hand + n % hands + 1, (--hands - n % (hands + 1)) * sizeof(hand[0]));
	return id;
}

static void push(struct fuzz_input *input)
{
	uint8_t which = (uint8_t)input_take(input, 1);

	if (hands)
		virtqueue_push(&queue, let_go(which), which);
}

static void put_some(struct fuzz_input *input)
{
	uint8_t which = (uint8_t)input_take(input, 1);

	for (unsigned int n = 0; n <= (which & 3) && hands; n++)
		virtqueue_put(&queue, let_go(which >> 2), n);
}

static void push_some(struct fuzz_input *input)
{
	put_some(input);
	virtqueue_publish(&queue);
}

static void look(struct fuzz_input *input)
{
	(void)input;
	if (virtqueue_pending_notify(&queue) && (virtqueue_should_notify(&queue), virtqueue_pending_notify(&queue)))
		abort();
	virtqueue_rearm(&queue);
}

static void start(void)
{
	static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
	const struct virtqueue_layout layout = { RAM, RAM + EVENTS, RAM + EVENTS + 4, size };

	if (!packed_start(&queue, &memory, &layout, size & 1, &kept))
		abort();
}

static void reset(struct fuzz_input *input)
{
	(void)input;
	memset(&kept, 0, PACKED_STATE_ZERO);
	driver = fake_packed_new(size);
	hands = 0;
	start();
}

/* The next vimo-dm takes the same buffers, in the same order. After a broken ring, the driver must reset the device. */
static void die(struct fuzz_input *input)
{
	unsigned int before = hands;
	uint16_t was[QUEUE];

	memcpy(was, hand, sizeof(was));
	start();
	if (queue.repeats != before || queue.packed.room > size)
		abort();
	for (hands = 0; hands < before && !queue.broken;) {
		unsigned int had = hands;

		pop(input);
		if (hands == had ? !queue.broken : hand[had] != was[had])
			abort();
	}
	if (queue.broken)
		reset(input);
}

static void die_while_giving(struct fuzz_input *input)
{
	put_some(input);
	kept.used |= (uint32_t)queue.packed.putting << 16;
	die(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct {
		uint8_t below;
		void (*step)(struct fuzz_input *input);
	} steps[] = {
		{ 0x50, offer }, { 0x60, make_table },       { 0x70, poke },  { 0xb0, pop },
		{ 0xc8, push },  { 0xd0, push_some },        { 0xd8, look },  { 0xe8, collect },
		{ 0xf0, die },   { 0xfc, die_while_giving }, { 0xff, reset },
	};
	struct fuzz_input input = { data, bytes };

	memset(ram, 0, sizeof(ram));
	size = (uint16_t)(1 + input_take(&input, 1) % QUEUE);
	reset(&input);
	while (input.left) {
		uint8_t what = (uint8_t)input_take(&input, 1);
		unsigned int n = 0;

		while (what >= steps[n].below && steps[n].below != 0xff)
			n++;
		steps[n].step(&input);
	}
	return 0;
}
