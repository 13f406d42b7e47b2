// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_net_user.c - a network whose other end is a process: packets, its death, and the next one.
 */
#include "fake_net.h"

#include <signal.h>
#include <sys/socket.h>

static struct io_thread thread;
static int peer; /* the other end */

static void make_sockets(int *end)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	*end = ends[0];
	peer = ends[1];
}

static int enter(void **state)
{
	(void)state;
	return make_guest() || io_thread_open(&thread, &err) || io_thread_start(&thread, &err) ? -1 : 0;
}

static int fresh(void **state)
{
	(void)state;
	forget_guest();
	begin_device(&net_user);
	net.pair[0].thread = &thread;
	make_sockets(&net.pair[0].tap);
	show_device();
	drive(1u << VIRTIO_NET_F_MRG_RXBUF);
	return 0;
}

static int over(void **state)
{
	(void)state;
	end_device(true);
	close(net.pair[0].tap);
	close(peer);
	return 0;
}

static void send_frame(uint8_t mark)
{
	uint8_t frame[100];

	memset(frame, mark, sizeof(frame));
	assert_int_equal(send(peer, frame, sizeof(frame), MSG_NOSIGNAL), sizeof(frame));
}

static void both_ways(uint16_t rounds)
{
	for (uint16_t n = 0; n < rounds; n++) {
		uint16_t received = used_index(0), sent = used_index(1);
		uint8_t got[200];

		offer(0, n % SIZE, 1000);
		send_frame((uint8_t)(n + 1));
		await_used(0, received + 1);
		assert_int_equal(place(0, n % SIZE)[99], n + 1);
		memset(place(1, n % SIZE), n + 7, 80);
		offer(1, n % SIZE, 80);
		assert_int_equal(recv(peer, got, sizeof(got), 0), 80);
		assert_int_equal(got[79], n + 7);
		await_used(1, sent + 1);
	}
}

static void packets_go_both_ways(void **state)
{
	(void)state;
	assert_false(net_features(&net) & ~(1ull << VIRTIO_NET_F_MRG_RXBUF | 1ull << VIRTIO_NET_F_MAC |
					    1ull << VIRTIO_NET_F_STATUS | 1ull << VIRTIO_NET_F_CTRL_VQ));
	both_ways(20);
}

static void the_next_one_goes_on(void **state)
{
	int next;

	(void)state;
	for (unsigned int n = 0; n < 5; n++) {
		both_ways(3);
		offer(0, 7, 1000); /* taken when it dies */
		close(peer);
		await_link(0);
		/* Packets sent meanwhile are lost, and no others. */
		offer(1, 6, 80);
		await_used(1, avail(1)[1]);
		make_sockets(&next);
		assert_int_equal(net_user.reconnect(&endpoint, next, &err), 0);
		await_link(VIRTIO_NET_S_LINK_UP);
		send_frame(99);
		await_used(0, avail(0)[1]);
		assert_int_equal(place(0, 7)[99], 99);
	}
	both_ways(3);
}

static void one_that_lives_can_be_replaced(void **state)
{
	int next, before;

	(void)state;
	both_ways(2);
	before = peer;
	make_sockets(&next);
	assert_int_equal(net_user.reconnect(&endpoint, next, &err), 0);
	assert_int_equal(link_status(), VIRTIO_NET_S_LINK_UP);
	both_ways(3);
	close(before);
	/* Its end is not this one's. */
	both_ways(2);
	assert_int_equal(link_status(), VIRTIO_NET_S_LINK_UP);
}

static void others_are_no_such_sockets(void **state)
{
	int other = eventfd(0, 0);

	(void)state;
	assert_int_equal(net_user.reconnect(&endpoint, other, &err), -1);
	close(other);
	both_ways(2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)
	const struct CMUnitTest tests[] = {
		TEST(packets_go_both_ways),
		TEST(the_next_one_goes_on),
		TEST(one_that_lives_can_be_replaced),
		TEST(others_are_no_such_sockets),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("net_user", tests, enter, NULL);
}
