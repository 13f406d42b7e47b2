// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_vhost_user.c - answers of a hostile switch, storage daemon or virtiofsd to vimo-dm's vhost-user requests.
 */
#include "host/vhost_user.h"
#include "fuzz.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

#define HEADER 12u
#define FLAG_REPLY 5u /* version 1, and the reply bit */

enum { GET_VRING_BASE = 11, GET_CONFIG = 24 };

static struct fuzz_input *input;
static uint32_t request[HEADER / 4]; /* header of the last request */
static bool header_sent;             /* the next bytes to be received are an answer's body */
static volatile uint8_t sink;

int setsockopt(int fd, int level, int name, const void *value, socklen_t bytes)
{
	(void)fd;
	(void)level;
	(void)name;
	(void)value;
	(void)bytes;
	return 0;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	const struct iovec *iov = message->msg_iov;

	(void)fd;
	(void)flags;
	if (iov->iov_len < HEADER)
		abort();
	memcpy(request, iov->iov_base, HEADER);
	if (request[2] != iov->iov_len - HEADER)
		abort();
	for (size_t at = 0; at < iov->iov_len; at++)
		sink = ((const uint8_t *)iov->iov_base)[at];
	header_sent = false;
	if (input_take(input, 1) < 0xfc)
		return (ssize_t)iov->iov_len;
	errno = EPIPE;
	return -1;
}

static void put_header(uint32_t *header)
{
	uint8_t how = (uint8_t)input_take(input, 1);

	header[0] = how < 0xf8 ? request[0] : (uint32_t)input_take(input, 2);
	header[1] = how < 0xf0 ? FLAG_REPLY : how & 7;
	header[2] = how < 0xe0 ? 8 : how < 0xe8 ? (uint32_t)input_take(input, 4) : (uint32_t)input_take(input, 1) * 4;
	if (request[0] == GET_CONFIG && how < 0xd8)
		header[2] = request[2];
}

/* Zero, which stands for success, all ones, or any bytes. */
static void put_body(uint8_t *body, size_t bytes)
{
	uint8_t how = (uint8_t)input_take(input, 1);
	uint32_t size = request[2] - HEADER;

	for (size_t at = 0; at < bytes; at++)
		body[at] = how < 0x80 ? 0 : how < 0xc0 ? 0xff : (uint8_t)input_take(input, 1);
	if (request[0] == GET_CONFIG && bytes >= 8 && how < 0xf0)
		memcpy(body + 4, &size, sizeof(size));
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	const struct iovec *iov = message->msg_iov;
	uint32_t header[HEADER / 4];

	(void)fd;
	(void)flags;
	if (!header_sent) {
		header_sent = true;
		if (iov->iov_len != HEADER)
			abort();
		put_header(header);
		memcpy(iov->iov_base, header, HEADER);
		return HEADER;
	}
	put_body(iov->iov_base, iov->iov_len);
	return input_take(input, 1) < 0xfc ? (ssize_t)iov->iov_len : (ssize_t)(iov->iov_len / 2);
}

static void open_device(struct error *err)
{
	uint64_t asked = input_take(input, 8), features = asked;

	/* VIRTIO_F_VERSION_1 and protocol features are always negotiated. */
	if (!vhost_user_open(0, &features, err) && features & ~(asked | 1ull << 32 | 1ull << 30))
		abort();
}

static void read_config(struct error *err)
{
	uint8_t config[256] = { 0 };
	size_t bytes = input_take(input, 2) % (sizeof(config) + 2);

	if (vhost_user_config(0, config, bytes, err))
		return;
	if (bytes > sizeof(config))
		abort();
	for (size_t at = 0; at < bytes; at++)
		sink = config[at];
}

static void step(void)
{
	static uint8_t memory[4096];
	struct vhost_user_region regions[2] = { { 0x40000000, sizeof(memory), memory, 0 },
						{ 1ull << 44, 64, memory, 0 } };
	struct vhost_user_ring ring = {
		.index = 1, .size = 256, .desc = memory, .avail = memory, .used = memory, .kick = 0, .call = 0
	};
	struct error err;
	uint64_t pairs;

	switch (input_take(input, 1) % 7) {
	case 0: open_device(&err); break;
	case 1: read_config(&err); break;
	case 2: vhost_user_pairs(0, &pairs, &err); break;
	case 3: vhost_user_start(0, 1ull << 32, regions, 2, &ring, &err); break;
	case 4: vhost_user_begin(0, 1ull << 32, regions, 1, &err); break;
	case 5: vhost_user_start_ring(0, &ring, &err); break;
	case 6: vhost_user_stop_ring(0, 1, &err); break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct fuzz_input whole = { data, bytes };

	input = &whole;
	while (whole.left)
		step();
	return 0;
}
