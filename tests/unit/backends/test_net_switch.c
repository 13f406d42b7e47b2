// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_net_switch.c - a network served by a vhost-user switch, which sends back what it gets, and is killed.
 */
#include "fake_net.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static char directory[] = "/tmp/test_net_switch.XXXXXX";
static pid_t server;

static void start_server(void)
{
	unlink("sock");
	server = fork();
	if (server)
		return;
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	execl(SWITCH, SWITCH, "sock", NULL);
	_exit(127);
}

static void kill_server(void)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}

static int connect_server(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "sock" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	while (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		assert_int_equal(waitpid(server, NULL, WNOHANG), 0);
		usleep(10000);
	}
	return fd;
}

static int enter(void **state)
{
	(void)state;
	return !mkdtemp(directory) || chdir(directory) || make_guest() ? -1 : 0;
}

static int leave(void **state)
{
	(void)state;
	unlink("sock");
	return chdir("/") || rmdir(directory);
}

/* A device model; @socket is its connection, or -1. */
static void begin(int socket)
{
	begin_device(&net_vhost_user);
	net.memory_fd = memory_fd;
	net.socket_fd = socket;
	show_device();
}

static void end(bool stop)
{
	end_device(stop);
	if (net.socket_fd >= 0)
		close(net.socket_fd);
}

/* As vimod reads it. */
static bool link_is_asked_for(void)
{
	struct dm_status read;

	assert_true(dm_status_read(status_fd, &read));
	assert_int_equal(read.links_down & ~1u, 0);
	return read.links_down & 1;
}

static int fresh(void **state)
{
	(void)state;
	forget_guest();
	start_server();
	begin(connect_server());
	assert_int_equal(link_status(), VIRTIO_NET_S_LINK_UP);
	drive(1u << VIRTIO_NET_F_MRG_RXBUF);
	return 0;
}

static int over(void **state)
{
	(void)state;
	end(true);
	kill_server();
	assert_false(link_is_asked_for());
	return 0;
}

static void send_round(uint16_t n)
{
	memset(place(1, n % SIZE), 0, 12);
	memset(place(1, n % SIZE) + 12, n + 7, 80);
	offer(1, n % SIZE, 92);
}

static void echo(uint16_t rounds)
{
	for (uint16_t n = 0; n < rounds; n++) {
		uint16_t received = used_index(0), sent = used_index(1);

		offer(0, n % SIZE, 1000);
		send_round(n);
		await_used(1, sent + 1);
		await_used(0, received + 1);
		assert_int_equal(place(0, n % SIZE)[10], 1); /* num_buffers */
		assert_int_equal(place(0, n % SIZE)[91], n + 7);
	}
}

static void packets_are_the_switchs(void **state)
{
	(void)state;
	assert_true(net_features(&net) & 1ull << VIRTIO_NET_F_MRG_RXBUF);
	assert_false(net_features(&net) & 1ull << VIRTIO_NET_F_CSUM); /* it has none */
	echo(20);
}

static void a_sent_packet_interrupts_later(void **state)
{
	struct pollfd wait = { .fd = interrupt_later, .events = POLLIN };

	(void)state;
	send_round(0); /* with no buffer for its echo */
	assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
	assert_int_equal(used_index(1), 1);
}

static void a_driver_begins_again(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 3; n++) {
		echo(5);
		pthread_mutex_lock(&endpoint.device.lock);
		driver_put(&endpoint.device, VIRTIO_MMIO_STATUS, 0);
		pthread_mutex_unlock(&endpoint.device.lock);
		memset(ram, 0, RAM_BYTES);
		drive(n % 2 ? 1u << VIRTIO_NET_F_MRG_RXBUF : 0);
	}
	echo(3);
}

static void the_next_switch_goes_on(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 4; n++) {
		uint16_t received, sent;
		int fd;

		echo(3);
		kill_server();
		await_link(0);
		assert_true(link_is_asked_for());
		received = used_index(0);
		sent = used_index(1);
		offer(0, 5, 1000);
		send_round(6); /* waits for the next one */
		start_server();
		fd = connect_server();
		assert_int_equal(net.backend->reconnect(&endpoint, fd, &err), 0);
		assert_int_equal(link_status(), VIRTIO_NET_S_LINK_UP);
		assert_false(link_is_asked_for());
		await_used(1, sent + 1);
		await_used(0, received + 1);
		assert_int_equal(place(0, 5)[91], 6 + 7);
	}
	echo(3);
}

static void the_next_device_model_goes_on(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 4; n++) {
		echo(3);
		end(false);
		begin(connect_server());
		assert_int_equal(link_status(), VIRTIO_NET_S_LINK_UP);
	}
	echo(3);
	/* A vimo-dm that starts before the switch. */
	end(false);
	kill_server();
	begin(-1);
	assert_int_equal(link_status(), 0);
	assert_true(link_is_asked_for());
	start_server();
	assert_int_equal(net.backend->reconnect(&endpoint, connect_server(), &err), 0);
	echo(3);
}

static void a_server_that_is_not_a_switch_is_left(void **state)
{
	int ends[2];

	(void)state;
	echo(2);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[1]);
	assert_int_equal(net.backend->reconnect(&endpoint, ends[0], &err), -1);
	close(ends[0]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	/* Answers to what was not asked. */
	assert_int_equal(write(ends[1], page, sizeof(page)), sizeof(page));
	assert_int_equal(net.backend->reconnect(&endpoint, ends[0], &err), -1);
	close(ends[1]);
	close(ends[0]);
	echo(2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)
	const struct CMUnitTest tests[] = {
		TEST(packets_are_the_switchs),       TEST(a_sent_packet_interrupts_later),
		TEST(a_driver_begins_again),         TEST(the_next_switch_goes_on),
		TEST(the_next_device_model_goes_on), TEST(a_server_that_is_not_a_switch_is_left),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("net_switch", tests, enter, leave);
}
