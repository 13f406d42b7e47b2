// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_virtqueue.c - a hostile driver against one queue: descriptors, indirect
 * tables and rings of its choice, changed while the queue is worked on.
 */
#include "virtio/virtqueue.h"
#include "fuzz.h"

#include <linux/virtio_ring.h>
#include <stdlib.h>

#define QUEUE 16u
#define INDIRECT 0x400u /* a table here, so that an address can hit it */

static _Alignas(4096) uint8_t ram[RAM_BYTES];
static volatile uint8_t sink;

static void make_table(struct fuzz_input *input, uint32_t offset, unsigned int count)
{
	struct vring_desc *desc = (struct vring_desc *)(void *)(ram + offset);

	for (unsigned int i = 0; i < count && input->left; i++) {
		desc[i].addr = input_address(input);
		desc[i].len = input_length(input);
		desc[i].flags = (uint16_t)(input_take(input, 1) & 7);
		desc[i].next = (uint16_t)(input_take(input, 1) % (QUEUE + 2));
	}
}

static void make_ring(struct fuzz_input *input)
{
	struct vring_avail *avail = (struct vring_avail *)(void *)(ram + 0x100);

	avail->flags = (uint16_t)input_take(input, 1);
	avail->idx = (uint16_t)input_take(input, 1);
	for (unsigned int i = 0; i < QUEUE; i++)
		avail->ring[i] = (uint16_t)(input_take(input, 1) % (QUEUE + 1));
}

/* Touch every byte of the chain: ASan finds bytes outside the guest's memory. */
static void use(const struct virtqueue_chain *chain)
{
	for (unsigned int i = 0; i < chain->readable + chain->writable; i++) {
		const struct iovec *part = &chain->iov[i];
		uint8_t *bytes = part->iov_base;

		if (!part->iov_len)
			continue;
		if (bytes < ram || part->iov_len > RAM_BYTES || (size_t)(bytes - ram) > RAM_BYTES - part->iov_len)
			abort();
		sink = bytes[0] ^ bytes[part->iov_len - 1];
		if (i >= chain->readable)
			bytes[0] = bytes[part->iov_len - 1] = (uint8_t)i;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct virtqueue_chain chain;
	const struct guest_memory memory = { ram, RAM, sizeof(ram) };
	struct virtqueue_layout layout = { RAM, RAM + 0x100, RAM + 0x200, QUEUE };
	struct fuzz_input input = { data, bytes };
	static struct virtqueue queue;
	static struct split_state inflight;
	uint8_t how = (uint8_t)input_take(&input, 1);

	memset(ram, 0, sizeof(ram));
	memset(&inflight, 0, sizeof(inflight));
	if (how & 2) {
		layout.desc = input_address(&input);
		layout.device = input_address(&input);
		layout.size = (uint16_t)input_take(&input, 2);
	}
	make_table(&input, 0, QUEUE);
	make_table(&input, INDIRECT, QUEUE);
	make_ring(&input);
	if (!split_start(&queue, &memory, &layout, how & 1, how & 4 ? &inflight : NULL))
		return 0;
	for (unsigned int i = 0; i < 300 && virtqueue_pop(&queue, &chain); i++) {
		use(&chain);
		if (input.left > 1) /* the driver does not keep still */
			ram[input_take(&input, 2) % RAM_BYTES] = (uint8_t)input_take(&input, 1);
		if (how & 4 && i % 3) { /* it dies with some in hand, and the next one begins */
			if (!split_start(&queue, &memory, &layout, how & 1, &inflight))
				break;
			continue;
		}
		virtqueue_push(&queue, chain.head, i);
		virtqueue_should_notify(&queue);
		if (!virtqueue_rearm(&queue))
			break;
	}
	virtqueue_stop(&queue);
	return 0;
}
