// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_net.c - a hostile driver's queues of a network device: buffers for
 * packets, packets, commands; a socket is the tap.
 */
#include "fuzz.h"
#include "net/control.h"
#include "net/packets.h"

#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <sys/socket.h>

#define QUEUE 16u

static _Alignas(4096) uint8_t ram[RAM_BYTES];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct net_receiver receiver;
static int tap, dom0;

static void open_tap(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends))
		abort();
	tap = ends[0];
	dom0 = ends[1];
}

static void empty(int fd)
{
	static uint8_t data[65536];

	while (recv(fd, data, sizeof(data), 0) >= 0)
		;
}

/* A chain at @head, mostly such as its queue takes. */
static void make_chain(struct fuzz_input *input, unsigned int head, bool writable)
{
	struct vring_desc *desc = (struct vring_desc *)(void *)ram;
	unsigned int count = 1 + input_take(input, 1) % 4;

	for (unsigned int i = 0; i < count; i++) {
		struct vring_desc *one = &desc[(head + i) % QUEUE];
		uint8_t kind = (uint8_t)input_take(input, 1);
		bool last = i + 1 == count;

		one->addr = kind & 7 ? RAM + 0x400 + kind * 8u : input_address(input);
		one->len = kind & 0x38 ? (uint32_t)input_take(input, 1) : input_length(input);
		one->flags = (uint16_t)((last ? 0 : VRING_DESC_F_NEXT) |
					(writable != (kind > 0xf8) ? VRING_DESC_F_WRITE : 0));
		one->next = (uint16_t)((head + i + 1) % QUEUE);
	}
}

static bool ask_pairs(void *context, unsigned int pairs)
{
	(void)context;
	return pairs & 1;
}

static bool ask_offloads(void *context, uint64_t features)
{
	(void)context;
	return features & 1;
}

static void serve(struct virtqueue *queue, uint8_t how, struct fuzz_input *input)
{
	static const struct net_control control = { ask_pairs, ask_offloads };
	static uint8_t packet[4096];

	switch (how % 3) {
	case 0:
		for (unsigned int n = (unsigned int)input_take(input, 1) % 4; n; n--)
			if (send(dom0, packet, 1 + input_take(input, 2) % (sizeof(packet) - 1), 0) < 0)
				break;
		if (net_receive(&receiver, queue, tap, how & 4, 1 + (unsigned int)input_take(input, 1) % 8) ==
		    NET_FAILED)
			abort();
		if (receiver.buffers > queue->size || receiver.segments > NET_SEGMENTS)
			abort();
		break;
	case 1: net_transmit(queue, tap, 1 + (unsigned int)input_take(input, 1) % 8); break;
	default: net_control_work(queue, &control, NULL);
	}
	virtqueue_wants_interrupt(queue);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct virtqueue queue;
	const struct virtqueue_layout layout = { RAM, RAM + 0x100, RAM + 0x200, QUEUE };
	struct fuzz_input input = { data, bytes };
	uint16_t *avail = (uint16_t *)(void *)(ram + 0x100);
	uint8_t how = (uint8_t)input_take(&input, 1);

	if (!tap && !dom0)
		open_tap();
	memset(ram, 0, sizeof(ram));
	if (!virtqueue_start(&queue, &memory, &layout, how & 8, NULL))
		abort();
	while (input.left) {
		uint8_t what = (uint8_t)input_take(&input, 1);

		if (what < 0x80) {
			make_chain(&input, what, how % 3 == 0);
			avail[2 + avail[1] % QUEUE] = what % QUEUE;
			avail[1]++;
		} else if (what < 0x90) {
			ram[input_take(&input, 2) % RAM_BYTES] = (uint8_t)input_take(&input, 1);
		} else if (what < 0xf8) {
			serve(&queue, how, &input);
		} else if (!virtqueue_start(&queue, &memory, &layout, how & 8, NULL)) {
			abort();
		}
	}
	serve(&queue, how, &input);
	empty(tap);
	empty(dom0);
	return 0;
}
