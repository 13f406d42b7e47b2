// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_slirp.c - vimo-slirp as a guest sees it, and what it makes of frames that are none.
 */
#include "slirp/slirp.h"
#include "patience.h"

#include <arpa/inet.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADER sizeof(struct virtio_net_hdr_v1)

static struct frames frames;
static int ours, its; /* ends of a socket */

static int fresh(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	ours = ends[0];
	its = ends[1];
	frames = (struct frames){ .fd = its, .mtu = 1500 };
	return 0;
}

static int over(void **state)
{
	(void)state;
	close(its);
	its = -1;
	close(ours);
	frames_flush(&frames);
	return 0;
}

static void send_bytes(size_t bytes, uint8_t flags, uint8_t gso)
{
	uint8_t data[4096] = { flags, gso };

	memset(data + HEADER, 0x11, sizeof(data) - HEADER);
	assert_int_equal(send(ours, data, bytes, 0), bytes);
}

static void frames_have_bounds(void **state)
{
	uint8_t frame[4096];

	(void)state;
	assert_int_equal(frames_receive(&frames, frame, sizeof(frame)), -1);
	send_bytes(1, 0, 0);
	send_bytes(HEADER, 0, 0);
	send_bytes(HEADER + ETH_HLEN - 1, 0, 0);
	send_bytes(HEADER + ETH_HLEN + 4 + 1501, 0, 0);
	send_bytes(100, VIRTIO_NET_HDR_F_NEEDS_CSUM, 0);
	send_bytes(100, 0, VIRTIO_NET_HDR_GSO_TCPV4);
	for (unsigned int n = 1; n <= 6; n++) {
		assert_int_equal(frames_receive(&frames, frame, sizeof(frame)), 0);
		assert_int_equal(frames.dropped, n);
	}
	send_bytes(HEADER + ETH_HLEN + 4 + 1500, 0, 0);
	assert_int_equal(frames_receive(&frames, frame, sizeof(frame)), ETH_HLEN + 4 + 1500);
	send_bytes(HEADER + ETH_HLEN, 0, 0);
	memset(frame, 0xee, sizeof(frame));
	assert_int_equal(frames_receive(&frames, frame, sizeof(frame)), ETH_HLEN);
	assert_int_equal(frame[ETH_HLEN - 1], 0x11);
	assert_int_equal(frame[ETH_HLEN], 0); /* bytes of another packet are not read beyond it */
	/* Longer than there is room. */
	send_bytes(1000, 0, 0);
	assert_int_equal(frames_receive(&frames, frame, 500), 0);
}

static void frames_wait_for_room_in_order(void **state)
{
	uint8_t frame[2000], got[2100];
	unsigned int sent = 0, taken = 0;

	(void)state;
	while (frames.dropped < 3) {
		memset(frame, 0, sizeof(frame));
		memcpy(frame, &sent, sizeof(sent));
		frames_send(&frames, frame, sizeof(frame));
		sent++;
	}
	assert_int_equal(frames.count, FRAME_QUEUE);
	do
		while (recv(ours, got, sizeof(got), MSG_DONTWAIT) > 0) {
			if (memcmp(got + HEADER, &taken, sizeof(taken)))
				fail_msg("frame %u of %u is %u", taken, sent, *(unsigned int *)(void *)(got + HEADER));
			taken++;
		}
	while (!frames_flush(&frames));
	while (recv(ours, got, sizeof(got), MSG_DONTWAIT) > 0)
		taken++;
	assert_int_equal(taken, sent - 3);
	assert_int_equal(frames.count, 0);
}

static void frames_to_nobody_do_not_wait(void **state)
{
	uint8_t frame[60] = { 0 };

	(void)state;
	close(ours);
	ours = -1;
	for (unsigned int n = 0; n < 1000; n++)
		frames_send(&frames, frame, sizeof(frame));
	assert_int_equal(frames.count, 0);
}

static pid_t start(char *const *words)
{
	pid_t pid = fork();
	char fd[12];
	const char *argv[8] = { SLIRP, "--fd", fd };

	if (pid) {
		close(its);
		its = -1;
		return pid;
	}
	close(ours);
	for (unsigned int n = 0; words[n]; n++)
		argv[3 + n] = words[n];
	snprintf(fd, sizeof(fd), "%d", its);
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* it may do nothing of what that needs */
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

static int end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

struct arp {
	struct ethhdr ethernet;
	struct arphdr head;
	uint8_t sender_mac[6], sender[4], target_mac[6], target[4];
} __attribute__((packed));

/* Ask who has 10.0.2.@host. */
static void ask(uint8_t host)
{
	struct {
		struct virtio_net_hdr_v1 header;
		struct arp arp;
	} __attribute__((packed)) packet = { 0 };

	memset(packet.arp.ethernet.h_dest, 0xff, 6);
	memcpy(packet.arp.ethernet.h_source, "\x52\x54\0\1\2\3", 6);
	packet.arp.ethernet.h_proto = htons(ETH_P_ARP);
	packet.arp.head = (struct arphdr){ htons(ARPHRD_ETHER), htons(ETH_P_IP), 6, 4, htons(ARPOP_REQUEST) };
	memcpy(packet.arp.sender_mac, "\x52\x54\0\1\2\3", 6);
	memcpy(packet.arp.sender, "\x0a\0\2\x0f", 4);
	memcpy(packet.arp.target, (const uint8_t[]){ 10, 0, 2, host }, 4);
	assert_int_equal(send(ours, &packet, sizeof(packet), 0), sizeof(packet));
}

/* It has other things to say, too: that it is an IPv6 router. */
static bool is_answered(uint8_t host)
{
	struct pollfd wait = { .fd = ours, .events = POLLIN };
	uint8_t got[2048];
	const struct arp *arp = (const struct arp *)(got + HEADER);

	while (poll(&wait, 1, PATIENCE_MS) > 0) {
		ssize_t bytes = recv(ours, got, sizeof(got), 0);

		if (bytes < (ssize_t)(HEADER + sizeof(*arp)))
			return false;
		if (arp->ethernet.h_proto == htons(ETH_P_ARP) && arp->head.ar_op == htons(ARPOP_REPLY) &&
		    arp->sender[3] == host)
			return true;
	}
	return false;
}

static void the_program_answers_and_ends_with_its_socket(void **state)
{
	pid_t pid = start((char *const[]){ "--host", "--mtu", "9000", NULL });

	(void)state;
	ask(2);
	assert_true(is_answered(2));
	for (size_t bytes = 1; bytes < 200; bytes++)
		send_bytes(bytes, 0, 0);
	send_bytes(4096, 0xff, 0xff);
	assert_int_equal(send(ours, "", 0, 0), 0);
	ask(3);
	assert_true(is_answered(3));
	close(ours);
	ours = -1;
	assert_int_equal(end_of(pid), 0);
}

/* It does not go on in circles: vimod starts another. */
static void one_that_cannot_wait_ends(void **state)
{
	const struct rlimit none = { 0, 0 };
	pid_t pid = start((char *const[]){ NULL });

	(void)state;
	ask(2);
	assert_true(is_answered(2));
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &none, NULL), 0); /* poll() takes nothing now */
	ask(2);
	assert_int_equal(end_of(pid), 0);
}

static void what_it_cannot_do_ends_it(void **state)
{
	(void)state;
	assert_int_equal(end_of(start((char *const[]){ "--mtu", "70000", NULL })), ERROR_USAGE);
	over(NULL);
	fresh(NULL);
	assert_int_equal(end_of(start((char *const[]){ "tcp::1-:1", NULL })), ERROR_FAILED);
	over(NULL);
	fresh(NULL);
	/* An address that is not ours. */
	assert_int_equal(end_of(start((char *const[]){ "tcp:192.0.2.1:8080-:80", NULL })), ERROR_FAILED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)
	const struct CMUnitTest tests[] = {
		TEST(frames_have_bounds),           TEST(frames_wait_for_room_in_order),
		TEST(frames_to_nobody_do_not_wait), TEST(the_program_answers_and_ends_with_its_socket),
		TEST(one_that_cannot_wait_ends),    TEST(what_it_cannot_do_ends_it),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("slirp", tests, NULL, NULL);
}
