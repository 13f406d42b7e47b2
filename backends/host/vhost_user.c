// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user.c - requests on the socket, and answers.
 */
#include "host/vhost_user.h"

#include <errno.h>
#include <linux/vhost_types.h>
#include <linux/virtio_config.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define REGIONS_MAX 8u
#define CONFIG_MAX 256u
#define LIMIT_SECONDS 5

#define F_PROTOCOL_FEATURES 30
#define PROTOCOL_MQ (1ull << 0)
#define PROTOCOL_REPLY_ACK (1ull << 3)
#define PROTOCOL_CONFIG (1ull << 9)

enum request {
	GET_FEATURES = 1,
	SET_FEATURES = 2,
	SET_OWNER = 3,
	SET_MEM_TABLE = 5,
	SET_VRING_NUM = 8,
	SET_VRING_ADDR = 9,
	SET_VRING_BASE = 10,
	GET_VRING_BASE = 11,
	SET_VRING_KICK = 12,
	SET_VRING_CALL = 13,
	GET_PROTOCOL_FEATURES = 15,
	SET_PROTOCOL_FEATURES = 16,
	GET_QUEUE_NUM = 17,
	SET_VRING_ENABLE = 18,
	GET_CONFIG = 24,
};

enum { FLAG_VERSION = 1, FLAG_REPLY = 4, FLAG_NEED_REPLY = 8 };

struct header {
	uint32_t request, flags, bytes;
};

struct message {
	struct header header;
	union {
		uint64_t number;
		struct vhost_vring_state state;
		struct vhost_vring_addr address;
		struct {
			uint32_t count, padding;
			struct {
				uint64_t address, bytes, user, offset;
			} region[REGIONS_MAX];
		} memory;
		struct {
			uint32_t offset, bytes, flags;
			uint8_t data[CONFIG_MAX];
		} config;
	} body;
} __attribute__((packed));

static int failed(struct error *err, const char *why)
{
	return error_set(err, ERROR_FAILED, "the storage daemon or other vhost-user back end: %s", why);
}

static int send_message(int fd, struct message *message, const int *fds, unsigned int count, struct error *err)
{
	struct iovec iov = { message, sizeof(message->header) + message->header.bytes };
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(REGIONS_MAX * sizeof(int))];
	} control = { .head = { CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct msghdr packet = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (count) {
		memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
		packet.msg_control = &control;
		packet.msg_controllen = CMSG_SPACE(count * sizeof(int));
	}
	return sendmsg(fd, &packet, MSG_NOSIGNAL) == (ssize_t)iov.iov_len ? 0 : failed(err, strerror(errno));
}

static int receive(int fd, void *data, size_t bytes, struct error *err)
{
	struct iovec iov = { data, bytes };
	struct msghdr packet = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t got = recvmsg(fd, &packet, MSG_WAITALL);

	if (got == (ssize_t)bytes)
		return 0;
	return failed(err, got < 0 ? strerror(errno) : "it closed the connection");
}

/* The answer replaces the request. */
static int receive_answer(int fd, struct message *message, struct error *err)
{
	uint32_t request = message->header.request;

	if (receive(fd, &message->header, sizeof(message->header), err))
		return -1;
	if (message->header.request != request || !(message->header.flags & FLAG_REPLY) ||
	    message->header.bytes > sizeof(message->body))
		return failed(err, "it answered a request that it did not get");
	return receive(fd, &message->body, message->header.bytes, err);
}

/* A request whose answer is only whether it was done. */
static int set(int fd, struct message *message, const int *fds, unsigned int count, struct error *err)
{
	uint32_t request = message->header.request;

	message->header.flags = FLAG_VERSION | FLAG_NEED_REPLY;
	if (send_message(fd, message, fds, count, err) || receive_answer(fd, message, err))
		return -1;
	if (message->header.bytes == sizeof(message->body.number) && !message->body.number)
		return 0;
	return error_set(err, ERROR_FAILED, "the vhost-user back end refused request %u", request);
}

static int set_number(int fd, enum request request, uint64_t number, struct error *err)
{
	struct message message = { .header = { .request = request, .bytes = sizeof(number) }, .body.number = number };

	return set(fd, &message, NULL, 0, err);
}

static int get_number(int fd, enum request request, uint64_t *number, struct error *err)
{
	struct message message = { .header = { request, FLAG_VERSION, 0 } };

	if (send_message(fd, &message, NULL, 0, err) || receive_answer(fd, &message, err))
		return -1;
	if (message.header.bytes != sizeof(*number))
		return failed(err, "its answer has a wrong size");
	*number = message.body.number;
	return 0;
}

/* Without REPLY_ACK, which is negotiated first, these requests have no answer. */
static int send_number(int fd, enum request request, uint64_t number, uint32_t bytes, struct error *err)
{
	struct message message = { .header = { request, FLAG_VERSION, bytes }, .body.number = number };

	return send_message(fd, &message, NULL, 0, err);
}

int vhost_user_open(int fd, uint64_t *features, struct error *err)
{
	const uint64_t needed = 1ull << VIRTIO_F_VERSION_1 | 1ull << F_PROTOCOL_FEATURES;
	const struct timeval limit = { .tv_sec = LIMIT_SECONDS };
	uint64_t has = 0, protocol = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (get_number(fd, GET_FEATURES, &has, err))
		return -1;
	if ((has & needed) != needed)
		return failed(err, "it is too old: it lacks VirtIO 1.0 or protocol features");
	if (get_number(fd, GET_PROTOCOL_FEATURES, &protocol, err))
		return -1;
	protocol &= PROTOCOL_MQ | PROTOCOL_REPLY_ACK | PROTOCOL_CONFIG;
	if (!(protocol & PROTOCOL_REPLY_ACK))
		return failed(err, "it is too old: it does not answer requests");
	*features = (*features | needed) & has;
	return send_number(fd, SET_PROTOCOL_FEATURES, protocol, sizeof(protocol), err) ||
			       send_number(fd, SET_OWNER, 0, 0, err) ?
		       -1 :
		       0;
}

int vhost_user_config(int fd, void *config, size_t bytes, struct error *err)
{
	struct message message = { .header = { GET_CONFIG, FLAG_VERSION, (uint32_t)(12 + bytes) },
				   .body.config.bytes = (uint32_t)bytes };

	if (bytes > CONFIG_MAX || send_message(fd, &message, NULL, 0, err) || receive_answer(fd, &message, err))
		return -1;
	if (message.header.bytes != 12 + bytes || message.body.config.bytes != bytes)
		return failed(err, "it gave no configuration space");
	memcpy(config, message.body.config.data, bytes);
	return 0;
}

static int set_memory(int fd, const struct vhost_user_region *regions, unsigned int count, struct error *err)
{
	struct message message = { .header = { .request = SET_MEM_TABLE, .bytes = 8 + count * 32 },
				   .body.memory.count = count };
	int fds[REGIONS_MAX] = { 0 };

	if (count > REGIONS_MAX)
		return failed(err, "too many memory regions");
	for (unsigned int i = 0; i < count; i++) {
		message.body.memory.region[i].address = regions[i].address;
		message.body.memory.region[i].bytes = regions[i].bytes;
		message.body.memory.region[i].user = (uintptr_t)regions[i].base;
		fds[i] = regions[i].fd;
	}
	return set(fd, &message, fds, count, err);
}

static int set_state(int fd, enum request request, uint32_t index, uint32_t value, struct error *err)
{
	struct message message = { .header = { .request = request, .bytes = sizeof(message.body.state) },
				   .body.state = { index, value } };

	return set(fd, &message, NULL, 0, err);
}

static int set_addresses(int fd, const struct vhost_user_ring *ring, struct error *err)
{
	struct message message = { .header = { .request = SET_VRING_ADDR, .bytes = sizeof(message.body.address) },
				   .body.address = { .index = ring->index,
						     .desc_user_addr = (uintptr_t)ring->desc,
						     .used_user_addr = (uintptr_t)ring->used,
						     .avail_user_addr = (uintptr_t)ring->avail } };

	return set(fd, &message, NULL, 0, err);
}

static int set_eventfd(int fd, enum request request, uint32_t index, int eventfd, struct error *err)
{
	struct message message = { .header = { .request = request, .bytes = sizeof(uint64_t) }, .body.number = index };

	return set(fd, &message, &eventfd, 1, err);
}

int vhost_user_begin(int fd, uint64_t features, const struct vhost_user_region *regions, unsigned int count,
		     struct error *err)
{
	return set_number(fd, SET_FEATURES, features, err) || set_memory(fd, regions, count, err) ? -1 : 0;
}

int vhost_user_start_ring(int fd, const struct vhost_user_ring *ring, struct error *err)
{
	if (set_state(fd, SET_VRING_NUM, ring->index, ring->size, err) ||
	    set_state(fd, SET_VRING_BASE, ring->index, ring->base, err) || set_addresses(fd, ring, err) ||
	    set_eventfd(fd, SET_VRING_CALL, ring->index, ring->call, err) ||
	    set_eventfd(fd, SET_VRING_KICK, ring->index, ring->kick, err) ||
	    set_state(fd, SET_VRING_ENABLE, ring->index, 1, err))
		return -1;
	return 0;
}

int vhost_user_start(int fd, uint64_t features, const struct vhost_user_region *regions, unsigned int count,
		     const struct vhost_user_ring *ring, struct error *err)
{
	return vhost_user_begin(fd, features, regions, count, err) || vhost_user_start_ring(fd, ring, err) ? -1 : 0;
}

int vhost_user_stop_ring(int fd, uint32_t index, struct error *err)
{
	struct message message = { .header = { GET_VRING_BASE, FLAG_VERSION, sizeof(message.body.state) },
				   .body.state = { index, 0 } };

	if (send_message(fd, &message, NULL, 0, err) || receive_answer(fd, &message, err))
		return -1;
	return message.header.bytes == sizeof(message.body.state) && message.body.state.index == index ?
		       0 :
		       failed(err, "its answer is about another queue");
}

int vhost_user_pairs(int fd, uint64_t *pairs, struct error *err)
{
	uint64_t protocol = 0;

	*pairs = 1;
	if (get_number(fd, GET_PROTOCOL_FEATURES, &protocol, err))
		return -1;
	return protocol & PROTOCOL_MQ ? get_number(fd, GET_QUEUE_NUM, pairs, err) : 0;
}
