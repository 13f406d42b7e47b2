// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_net.c - packets between queues and a socket in a tap's place; commands on a control queue.
 */
#include "virtio/virtqueue.h"
#include "fake_packed.h"
#include "net/control.h"
#include "net/packets.h"

#include <fcntl.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define SIZE 8u
#define DATA 0x3000u

static _Alignas(4096) uint8_t ram[0x40000];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static const struct virtqueue_layout layout = { RAM, RAM + 0x1000, RAM + 0x2000, SIZE };
/* Of a packed ring: its driver, what that wants to offer, and what came back. */
static struct packed_state kept;
static bool is_packed;
static struct fake_packed driver;
static struct vring_desc table[SIZE];
static uint32_t back[16][2];
static uint16_t backs;
static struct virtqueue queue;
static struct net_receiver *receiver;
static int tap, dom0; /* our end, and the other */

static void start(bool packed)
{
	memset(ram, 0, sizeof(ram));
	is_packed = packed;
	memset(&kept, 0, PACKED_STATE_ZERO);
	driver = fake_packed_new(SIZE);
	backs = 0;
	assert_true(packed ? packed_start(&queue, &memory, &layout, false, &kept) :
			     split_start(&queue, &memory, &layout, false, NULL));
}

static int begin(bool packed)
{
	int ends[2];

	start(packed);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends), 0);
	tap = ends[0];
	dom0 = ends[1];
	receiver = calloc(1, sizeof(*receiver));
	assert_non_null(receiver);
	return 0;
}

static int fresh(void **state)
{
	(void)state;
	return begin(false);
}

static int fresh_packed(void **state)
{
	(void)state;
	return begin(true);
}

static int over(void **state)
{
	(void)state;
	free(receiver);
	close(tap);
	close(dom0);
	return 0;
}

static struct vring_desc *desc(unsigned int i)
{
	return is_packed ? &table[i] : (struct vring_desc *)(void *)ram + i;
}

static uint16_t *avail(unsigned int word)
{
	return (uint16_t *)(void *)(ram + 0x1000) + word;
}

static uint16_t used_index(void)
{
	const struct vring_packed_desc *ring = (const struct vring_packed_desc *)(void *)ram;
	uint16_t id;

	while (is_packed && fake_packed_take(&driver, ring, &id, &back[backs][1]))
		back[backs++][0] = id;
	return is_packed ? backs : *((uint16_t *)(void *)(ram + 0x2000) + 1);
}

static uint32_t used(unsigned int element, unsigned int which)
{
	return is_packed ? back[element][which] : *((uint32_t *)(void *)(ram + 0x2004) + 2 * element + which);
}

static void offer_packed(uint16_t head)
{
	struct vring_packed_desc pieces[SIZE];
	uint16_t count = 0;

	for (uint16_t at = head;; at = table[at].next) {
		pieces[count++] = (struct vring_packed_desc){ table[at].addr, table[at].len, 0,
							      table[at].flags & VRING_DESC_F_WRITE };
		if (!(table[at].flags & VRING_DESC_F_NEXT))
			break;
	}
	fake_packed_offer(&driver, (struct vring_packed_desc *)(void *)ram, head, pieces, count);
}

static void offer(uint16_t head)
{
	if (is_packed) {
		offer_packed(head);
		return;
	}
	*avail(2 + *avail(1) % SIZE) = head;
	++*avail(1);
}

/* A buffer of one segment for the device to write: number @head, at its own place. */
static uint8_t *place(unsigned int head)
{
	return ram + DATA + head * 0x1000;
}

static void offer_bytes(uint16_t head, uint32_t bytes)
{
	*desc(head) = (struct vring_desc){ RAM + DATA + head * 0x1000u, bytes, VRING_DESC_F_WRITE, 0 };
	offer(head);
}

static uint8_t byte_of(size_t i)
{
	return (uint8_t)(i * 7 + i / 256);
}

static void send_packet(size_t bytes)
{
	uint8_t packet[4096];

	for (size_t i = 0; i < bytes; i++)
		packet[i] = byte_of(i);
	assert_int_equal(send(dom0, packet, bytes, 0), bytes);
}

/* But for num_buffers, which is ours. */
static void assert_data(const uint8_t *data, size_t from, size_t bytes)
{
	for (size_t i = from; i < from + bytes; i++)
		if (i != 10 && i != 11)
			assert_int_equal(data[i - from], byte_of(i));
}

static enum net_turn receive(bool merge)
{
	return net_receive(receiver, &queue, tap, merge, 100);
}

static void a_packet_lands_in_a_buffer(void **state)
{
	(void)state;
	offer_bytes(3, 2000);
	assert_int_equal(receive(true), NET_WAIT_PACKET);
	send_packet(112);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	assert_int_equal(used_index(), 1);
	assert_int_equal(used(0, 0), 3);
	assert_int_equal(used(0, 1), 112);
	assert_data(place(3), 0, 112);
	assert_int_equal(place(3)[10] | place(3)[11] << 8, 1);
}

static void several_buffers_are_merged(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 4; i++)
		offer_bytes(i, 64);
	send_packet(150);
	send_packet(20);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	assert_int_equal(used_index(), 4);
	assert_int_equal(place(0)[10], 3);
	assert_int_equal(used(0, 1), 64);
	assert_int_equal(used(2, 1), 22);
	assert_data(place(0), 0, 64);
	assert_data(place(1), 64, 64);
	assert_data(place(2), 128, 22);
	assert_int_equal(place(3)[10], 1);
	assert_data(place(3), 0, 20);
}

static void a_long_packet_waits_for_buffers(void **state)
{
	(void)state;
	offer_bytes(0, 64);
	offer_bytes(1, 64);
	send_packet(500);
	send_packet(30);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	assert_int_equal(used_index(), 0); /* the driver sees all of it at once */
	offer_bytes(2, 100);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	offer_bytes(3, 300);
	offer_bytes(4, 300);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	assert_int_equal(used_index(), 5);
	assert_int_equal(place(0)[10], 4);
	assert_data(place(0), 0, 64);
	assert_data(place(1), 64, 64);
	assert_data(place(2), 128, 100);
	assert_data(place(3), 228, 272);
	assert_data(place(4), 0, 30);
}

static void what_no_buffers_can_hold_is_dropped(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < SIZE; i++)
		offer_bytes(i, 16);
	send_packet(500);
	send_packet(30);
	assert_int_equal(receive(true), NET_WAIT_PACKET);
	assert_int_equal(receiver->dropped, 1);
	assert_int_equal(used_index(), 2);
	assert_data(place(0), 0, 16);
}

static void without_merging_a_packet_has_one_buffer(void **state)
{
	(void)state;
	offer_bytes(0, 64);
	offer_bytes(1, 64);
	send_packet(150);
	send_packet(50);
	assert_int_equal(receive(false), NET_WAIT_PACKET);
	assert_int_equal(receiver->dropped, 1);
	assert_int_equal(used_index(), 1);
	assert_int_equal(used(0, 0), 0);
	assert_data(place(0), 0, 50);
	assert_int_equal(place(0)[10], 1);
}

static void a_header_may_be_in_pieces(void **state)
{
	(void)state;
	*desc(0) = (struct vring_desc){ RAM + DATA, 5, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, 1 };
	*desc(1) = (struct vring_desc){ RAM + DATA + 0x100, 6, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, 2 };
	*desc(2) = (struct vring_desc){ RAM + DATA + 0x200, 100, VRING_DESC_F_WRITE, 0 };
	offer(0);
	send_packet(60);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	assert_int_equal(ram[DATA + 0x105], 1);
	assert_int_equal(ram[DATA + 0x200], 0);
	assert_data(ram + DATA + 0x201, 12, 48);
}

static void without_buffers_nothing_is_read(void **state)
{
	int waiting = 0;

	(void)state;
	send_packet(60);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	assert_int_equal(ioctl(tap, FIONREAD, &waiting), 0);
	assert_int_equal(waiting, 60);
}

static void a_reset_gives_buffers_back_to_the_driver(void **state)
{
	(void)state;
	offer_bytes(0, 64);
	offer_bytes(1, 64);
	send_packet(500);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	start(is_packed);
	offer_bytes(5, 64);
	send_packet(40);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	assert_int_equal(used_index(), 1);
	assert_int_equal(used(0, 0), 5);
	assert_data(place(5), 0, 40);
	assert_int_equal(place(0)[0], 0);
}

static void a_turn_ends(void **state)
{
	(void)state;
	for (uint16_t i = 0; i < 5; i++) {
		offer_bytes(i, 64);
		send_packet(40);
	}
	assert_int_equal(net_receive(receiver, &queue, tap, true, 2), NET_MORE);
	assert_int_equal(used_index(), 2);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	assert_int_equal(used_index(), 5);
}

static void what_is_no_packet_is_dropped(void **state)
{
	(void)state;
	offer_bytes(0, 64);
	send_packet(11);
	assert_int_equal(receive(true), NET_WAIT_PACKET);
	assert_int_equal(receiver->dropped, 1);
	close(tap);
	tap = open("/dev/null", O_RDONLY | O_CLOEXEC); /* it has no packets, and never will */
	assert_int_equal(receive(true), NET_FAILED);
	assert_int_equal(used_index(), 0);
}

static void packets_are_sent_in_order(void **state)
{
	uint8_t packet[256];

	(void)state;
	for (unsigned int i = 0; i < 200; i++)
		ram[DATA + i] = byte_of(i);
	*desc(0) = (struct vring_desc){ RAM + DATA, 12, VRING_DESC_F_NEXT, 1 };
	*desc(1) = (struct vring_desc){ RAM + DATA + 12, 100, 0, 0 };
	*desc(2) = (struct vring_desc){ RAM + DATA, 33, 0, 0 };
	offer(0);
	offer(2);
	assert_false(net_transmit(&queue, tap, 100));
	assert_int_equal(recv(dom0, packet, sizeof(packet), 0), 112);
	for (unsigned int i = 0; i < 112; i++)
		assert_int_equal(packet[i], byte_of(i));
	assert_int_equal(recv(dom0, packet, sizeof(packet), 0), 33);
	assert_int_equal(used_index(), 2);
	assert_int_equal(used(0, 0), 0);
	assert_int_equal(used(1, 0), 2);
}

static void what_the_tap_refuses_is_lost_only(void **state)
{
	(void)state;
	close(dom0);
	dom0 = -1;
	*desc(0) = (struct vring_desc){ RAM + DATA, 100, 0, 0 };
	for (unsigned int i = 0; i < SIZE; i++)
		offer(0);
	assert_true(net_transmit(&queue, tap, 3));
	assert_int_equal(used_index(), 3);
	assert_false(net_transmit(&queue, tap, 100));
	assert_int_equal(used_index(), SIZE);
}

static void buffers_of_the_wrong_kind_break_a_queue(void **state)
{
	(void)state;
	*desc(0) = (struct vring_desc){ RAM + DATA, 100, 0, 0 };
	offer(0);
	assert_int_equal(receive(true), NET_WAIT_BUFFERS);
	assert_true(queue.broken);
	assert_true(split_start(&queue, &memory, &layout, false, NULL));
	desc(0)->flags = VRING_DESC_F_WRITE;
	assert_false(net_transmit(&queue, tap, 100));
	assert_true(queue.broken);
}

static unsigned int asked_pairs;
static uint64_t asked_offloads;

static bool ask_pairs(void *context, unsigned int pairs)
{
	assert_ptr_equal(context, &asked_pairs);
	asked_pairs = pairs;
	return pairs < 5;
}

static bool ask_offloads(void *context, uint64_t features)
{
	assert_ptr_equal(context, &asked_pairs);
	asked_offloads = features;
	return true;
}

/* Return: the answer. */
static uint8_t command(const void *bytes, uint32_t count)
{
	static const struct net_control control = { ask_pairs, ask_offloads };
	uint16_t before = used_index();

	asked_pairs = 0;
	asked_offloads = 0;
	memcpy(ram + DATA, bytes, count);
	ram[DATA + 0x100] = 0xee;
	/* In three pieces: a header need not be in one. */
	*desc(0) = (struct vring_desc){ RAM + DATA, 1, VRING_DESC_F_NEXT, 1 };
	*desc(1) = (struct vring_desc){ RAM + DATA + 1, count - 1, VRING_DESC_F_NEXT, 2 };
	*desc(2) = (struct vring_desc){ RAM + DATA + 0x100, 1, VRING_DESC_F_WRITE, 0 };
	offer(0);
	assert_false(net_control_work(&queue, &control, &asked_pairs));
	assert_int_equal(used_index(), before + 1);
	return ram[DATA + 0x100];
}

static void commands_are_done_or_refused(void **state)
{
	static const uint8_t pairs[] = { 4, 0, 3, 0 }, many[] = { 4, 0, 0xff, 0xff }, brief[] = { 4, 0, 3 };
	static const uint8_t offloads[] = { 5, 0, 2, 1, 0, 0, 0, 0, 0, 0x80 };
	static const uint8_t longer[] = { 5, 0, 2, 1, 0, 0, 0, 0, 0, 0x80, 0 };
	static const uint8_t promiscuous[] = { 0, 0, 1 }, nothing[2] = { 4, 0 };

	(void)state;
	assert_int_equal(command(pairs, sizeof(pairs)), VIRTIO_NET_OK);
	assert_int_equal(asked_pairs, 3);
	assert_int_equal(command(many, sizeof(many)), VIRTIO_NET_ERR);
	assert_int_equal(asked_pairs, 0xffff);
	assert_int_equal(command(offloads, sizeof(offloads)), VIRTIO_NET_OK);
	assert_int_equal(asked_offloads, 0x8000000000000102);
	assert_int_equal(command(brief, sizeof(brief)), VIRTIO_NET_ERR);
	assert_int_equal(command(longer, sizeof(longer)), VIRTIO_NET_ERR);
	assert_int_equal(command(promiscuous, sizeof(promiscuous)), VIRTIO_NET_ERR);
	assert_int_equal(command(nothing, sizeof(nothing)), VIRTIO_NET_ERR);
	assert_int_equal(asked_pairs, 0);
	assert_int_equal(asked_offloads, 0);
}

static void a_command_needs_a_place_for_its_answer(void **state)
{
	static const struct net_control control = { ask_pairs, ask_offloads };

	(void)state;
	*desc(0) = (struct vring_desc){ RAM + DATA, 4, 0, 0 };
	offer(0);
	assert_false(net_control_work(&queue, &control, &asked_pairs));
	assert_true(queue.broken);
	virtqueue_stop(&queue);
	assert_false(net_control_work(&queue, &control, &asked_pairs));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)
#define BOTH(name)                                                \
	TEST(name),                                               \
	{                                                         \
#name " (packed)", name, fresh_packed, over, NULL \
	}
	const struct CMUnitTest tests[] = {
		BOTH(a_packet_lands_in_a_buffer),
		BOTH(several_buffers_are_merged),
		BOTH(a_long_packet_waits_for_buffers),
		BOTH(what_no_buffers_can_hold_is_dropped),
		BOTH(without_merging_a_packet_has_one_buffer),
		BOTH(a_header_may_be_in_pieces),
		BOTH(without_buffers_nothing_is_read),
		BOTH(a_reset_gives_buffers_back_to_the_driver),
		BOTH(a_turn_ends),
		BOTH(what_is_no_packet_is_dropped),
		BOTH(packets_are_sent_in_order),
		TEST(what_the_tap_refuses_is_lost_only),
		TEST(buffers_of_the_wrong_kind_break_a_queue),
		BOTH(commands_are_done_or_refused),
		BOTH(a_command_needs_a_place_for_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
