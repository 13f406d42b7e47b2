// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_net.c - a hostile driver's queues of a network device: buffers for
 * packets, packets, commands; a socket is the tap.
 */
#include "virtio/virtqueue.h"
#include "fake_packed.h"
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

/* A chain at @head, mostly such as its queue takes. Return: of so many pieces. */
static unsigned int make_chain(struct fuzz_input *input, struct vring_desc *desc, unsigned int head, bool writable)
{
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
	return count;
}

static void offer(struct fuzz_input *input, uint8_t head, bool writable)
{
	uint16_t *avail = (uint16_t *)(void *)(ram + 0x100);

	make_chain(input, (struct vring_desc *)(void *)ram, head, writable);
	avail[2 + avail[1] % QUEUE] = head % QUEUE;
	avail[1]++;
}

static void offer_packed(struct fuzz_input *input, uint8_t id, bool writable, struct fake_packed *driver)
{
	struct vring_desc desc[QUEUE];
	struct vring_packed_desc packed[QUEUE];
	unsigned int count = make_chain(input, desc, 0, writable);

	for (unsigned int i = 0; i < count; i++)
		packed[i] =
			(struct vring_packed_desc){ desc[i].addr, desc[i].len, 0, desc[i].flags & VRING_DESC_F_WRITE };
	fake_packed_offer(driver, (struct vring_packed_desc *)(void *)ram, id % QUEUE, packed, (uint16_t)count);
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
	virtqueue_should_notify(queue);
}

static struct packed_state kept;

static void start(struct virtqueue *queue, uint8_t how)
{
	static const struct virtqueue_layout layout = { RAM, RAM + 0x100, RAM + 0x200, QUEUE };

	if (!(how & 16 ? packed_start(queue, &memory, &layout, how & 8, &kept) :
			 split_start(queue, &memory, &layout, how & 8, NULL)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct virtqueue queue;
	struct fuzz_input input = { data, bytes };
	struct fake_packed driver = fake_packed_new(QUEUE);
	uint8_t how = (uint8_t)input_take(&input, 1);

	if (!tap && !dom0)
		open_tap();
	memset(ram, 0, sizeof(ram));
	memset(&kept, 0, PACKED_STATE_ZERO);
	start(&queue, how);
	while (input.left) {
		uint8_t what = (uint8_t)input_take(&input, 1);

		if (what < 0x80) {
			if (how & 16)
				offer_packed(&input, what, how % 3 == 0, &driver);
			else
				offer(&input, what, how % 3 == 0);
		} else if (what < 0x90) {
			ram[input_take(&input, 2) % RAM_BYTES] = (uint8_t)input_take(&input, 1);
		} else if (what < 0xf8) {
			serve(&queue, how, &input);
		} else {
			start(&queue, how);
		}
	}
	serve(&queue, how, &input);
	empty(tap);
	empty(dom0);
	return 0;
}
