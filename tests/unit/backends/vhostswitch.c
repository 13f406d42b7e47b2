// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhostswitch.c - a vhost-user-net back end: what guests of two sockets send goes to each other, what one of a
 * single socket sends comes back. One connection for each socket at a time.
 *   vhostswitch SOCKET [SOCKET]
 */
#include "virtio/virtqueue.h"

#include <errno.h>
#include <linux/vhost_types.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PORTS 2u
#define PAIRS 2u
#define RINGS (2 * PAIRS)
#define FRAME_BYTES 70000u
#define FEATURES                                                                                                      \
	(1ull << VIRTIO_F_VERSION_1 | 1ull << 30 | 1ull << VIRTIO_NET_F_MRG_RXBUF | 1ull << VIRTIO_RING_F_EVENT_IDX | \
	 1ull << VIRTIO_RING_F_INDIRECT_DESC)
#define PROTOCOL (1ull << 0 | 1ull << 3) /* MQ, REPLY_ACK */

struct message {
	uint32_t request, flags, bytes;
	union {
		uint64_t number;
		struct vhost_vring_state state;
		struct vhost_vring_addr address;
		struct {
			uint32_t count, padding;
			uint64_t address, bytes, user, offset;
		} memory;
	};
} __attribute__((packed));

struct port {
	int listener, fd;
	struct guest_memory memory;
	uint64_t user, features;
	struct ring {
		int kick, call;
		uint16_t base; /* where we are told to go on */
		struct virtqueue_layout layout;
		struct virtqueue queue;
	} ring[RINGS];
};

static struct port ports[PORTS];
static unsigned int port_count;

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void stop_ring(struct ring *ring)
{
	virtqueue_stop(&ring->queue);
	close_fd(&ring->kick);
	close_fd(&ring->call);
}

static void disconnect(struct port *port)
{
	for (unsigned int i = 0; i < RINGS; i++)
		stop_ring(&port->ring[i]);
	if (port->memory.base)
		munmap(port->memory.base, port->memory.bytes);
	port->memory.base = NULL;
	close_fd(&port->fd);
}

static uint64_t guest_address(const struct port *port, uint64_t user)
{
	return user - port->user + port->memory.ipa;
}

static void set_memory(struct port *port, const struct message *message, int fd)
{
	if (port->memory.base)
		munmap(port->memory.base, port->memory.bytes);
	port->memory = (struct guest_memory){ .ipa = message->memory.address, .bytes = message->memory.bytes };
	port->user = message->memory.user;
	port->memory.base = mmap(NULL, message->memory.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				 (off_t)message->memory.offset);
	if (port->memory.base == MAP_FAILED) {
		perror("mmap");
		port->memory.base = NULL;
	}
	close_fd(&fd);
}

static void answer(const struct port *port, struct message *message, uint32_t bytes)
{
	message->flags = 1 | 4;
	message->bytes = bytes;
	if (send(port->fd, message, 12 + bytes, MSG_NOSIGNAL) < 0)
		perror("answer");
}

static void answer_number(const struct port *port, struct message *message, uint64_t number)
{
	message->number = number;
	answer(port, message, sizeof(number));
}

/* Requests by number: vhost-user's specification. Return: whether it was answered. */
static bool get(struct port *port, struct message *message)
{
	switch (message->request) {
	case 1: answer_number(port, message, FEATURES); return true;
	case 15: answer_number(port, message, PROTOCOL); return true;
	case 17: answer_number(port, message, PAIRS); return true;
	case 11: {
		struct ring *ring = &port->ring[message->state.index % RINGS];

		message->state.num = ring->queue.last_avail;
		stop_ring(ring);
		answer(port, message, sizeof(message->state));
		return true;
	}
	default: return false;
	}
}

static void set(struct port *port, const struct message *message, int fd)
{
	struct ring *ring = &port->ring[message->state.index % RINGS];

	switch (message->request) {
	case 2: port->features = message->number; break;
	case 5: set_memory(port, message, fd); break;
	case 8: ring->layout.size = (uint16_t)message->state.num; break;
	case 9:
		ring->layout.desc = guest_address(port, message->address.desc_user_addr);
		ring->layout.driver = guest_address(port, message->address.avail_user_addr);
		ring->layout.device = guest_address(port, message->address.used_user_addr);
		break;
	case 10: ring->base = (uint16_t)message->state.num; break;
	case 12: ring->kick = fd; break;
	case 13: ring->call = fd; break;
	case 18:
		if (message->state.num && !split_start(&ring->queue, &port->memory, &ring->layout,
						       port->features >> VIRTIO_RING_F_EVENT_IDX & 1, NULL))
			fprintf(stderr, "a ring that cannot be\n");
		ring->queue.last_avail = ring->base;
		break;
	default: break;
	}
}

/* Return: false at the end of the connection. */
static bool serve(struct port *port)
{
	struct message message;
	struct iovec iov = { &message, 12 };
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr packet = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	int fd = -1;

	if (recvmsg(port->fd, &packet, MSG_WAITALL) != 12 || message.bytes > sizeof(message) - 12)
		return false;
	if (packet.msg_controllen)
		memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	if (message.bytes && recv(port->fd, &message.number, message.bytes, MSG_WAITALL) != (ssize_t)message.bytes)
		return false;
	if (get(port, &message))
		return true;
	set(port, &message, fd);
	if (message.flags & 8)
		answer_number(port, &message, 0);
	return true;
}

static void notify(struct ring *ring)
{
	if (ring->call >= 0 && virtqueue_should_notify(&ring->queue))
		eventfd_write(ring->call, 1);
}

/* To the first pair; without a buffer it is lost. */
static void deliver(struct port *port, uint8_t *frame, size_t bytes)
{
	struct ring *ring = &port->ring[0];
	struct virtqueue_chain chain;
	const uint16_t one = 1;

	if (!ring->queue.running)
		return;
	if (!virtqueue_pop(&ring->queue, &chain) &&
	    (!virtqueue_rearm(&ring->queue) || !virtqueue_pop(&ring->queue, &chain)))
		return;
	memcpy(frame + offsetof(struct virtio_net_hdr_v1, num_buffers), &one, sizeof(one));
	virtqueue_push(&ring->queue, chain.head, (uint32_t)virtqueue_fill(&chain, frame, bytes));
	notify(ring);
}

static void transmit(struct port *from, struct ring *ring)
{
	static uint8_t frame[FRAME_BYTES];
	struct port *to = &ports[(from - ports + 1) % port_count];
	struct virtqueue_chain chain;

	do {
		while (virtqueue_pop(&ring->queue, &chain)) {
			size_t bytes = virtqueue_gather(&chain, 0, frame, FRAME_BYTES);

			deliver(to, frame, bytes < FRAME_BYTES ? bytes : FRAME_BYTES);
			virtqueue_push(&ring->queue, chain.head, 0);
		}
	} while (virtqueue_rearm(&ring->queue));
	notify(ring);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 4) ? -1 : fd;
}

/* One turn of a port's descriptors: listener or connection, then kicks. */
static void turn(struct port *port, const struct pollfd *polls)
{
	eventfd_t count;

	for (unsigned int i = 0; i < RINGS; i++)
		if (polls[1 + i].revents && port->ring[i].kick == polls[1 + i].fd) {
			eventfd_read(port->ring[i].kick, &count);
			if (i % 2 && port->ring[i].queue.running)
				transmit(port, &port->ring[i]);
		}
	if (!polls[0].revents)
		return;
	if (port->fd < 0)
		port->fd = accept(port->listener, NULL, NULL);
	else if (!serve(port))
		disconnect(port);
}

int main(int argc, char **argv)
{
	struct pollfd polls[PORTS][1 + RINGS];

	for (; port_count < PORTS && (int)port_count + 1 < argc; port_count++) {
		struct port *port = &ports[port_count];

		port->fd = -1;
		for (unsigned int i = 0; i < RINGS; i++)
			port->ring[i].kick = port->ring[i].call = -1;
		port->listener = listen_at(argv[1 + port_count]);
		if (port->listener < 0) {
			perror(argv[1 + port_count]);
			return 1;
		}
	}
	while (port_count) {
		for (unsigned int n = 0; n < port_count; n++) {
			polls[n][0] = (struct pollfd){ .fd = ports[n].fd < 0 ? ports[n].listener : ports[n].fd,
						       .events = POLLIN };
			for (unsigned int i = 0; i < RINGS; i++)
				polls[n][1 + i] = (struct pollfd){ .fd = ports[n].ring[i].kick, .events = POLLIN };
		}
		if (poll(polls[0], port_count * (1 + RINGS), -1) < 0 && errno != EINTR)
			return 1;
		for (unsigned int n = 0; n < port_count; n++)
			turn(&ports[n], polls[n]);
	}
	fprintf(stderr, "usage: vhostswitch SOCKET [SOCKET]\n");
	return 2;
}
