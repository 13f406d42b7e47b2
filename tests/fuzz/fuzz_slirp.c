// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_slirp.c - messages of a hostile vimo-dm to vimo-slirp, and frames to a vimo-dm that does not always read them.
 */
#include "slirp/slirp.h"
#include "fuzz.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <sys/socket.h>

#define HEADER sizeof(struct virtio_net_hdr_v1)
#define MTU 1500u

static struct fuzz_input *input;
static struct frames frames;
static uint8_t sent[FRAME_MTU_MAX], sequence, expected; /* frames arrive in their order */

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	uint8_t how = (uint8_t)input_take(input, 1);
	size_t bytes = how < 0x80 ? HEADER + 14 + how : (size_t)input_take(input, 2) % 2048, done = 0;

	(void)fd;
	(void)flags;
	if (how >= 0xf8) {
		errno = how & 1 ? EAGAIN : EINTR;
		return -1;
	}
	for (size_t i = 0; i < message->msg_iovlen; i++) {
		uint8_t *to = message->msg_iov[i].iov_base;
		size_t part = message->msg_iov[i].iov_len;

		part = bytes - done < part ? bytes - done : part;
		memset(to, 0, part);
		for (size_t at = 0; at < part && at < 16; at++)
			to[at] = how & 1 ? (uint8_t)input_take(input, 1) : 0;
		done += part;
	}
	message->msg_flags = done < bytes ? MSG_TRUNC : 0;
	return (ssize_t)done;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	uint8_t how = (uint8_t)input_take(input, 1);

	(void)fd;
	(void)flags;
	if (message->msg_iovlen != 2 || message->msg_iov[0].iov_len != HEADER || !message->msg_iov[1].iov_len)
		abort();
	if (how >= 0x80) {
		errno = how & 1 ? EAGAIN : how & 2 ? ENOBUFS : EPIPE;
		if (errno == EPIPE)
			expected++;
		return -1;
	}
	memcpy(sent, message->msg_iov[1].iov_base, message->msg_iov[1].iov_len);
	if (sent[0] != expected++ % 251)
		abort();
	return (ssize_t)(HEADER + message->msg_iov[1].iov_len);
}

static void receive(void)
{
	static uint8_t frame[MTU + 128];
	size_t size = input_take(input, 1) & 1 ? sizeof(frame) : MTU / 2;
	ssize_t got = frames_receive(&frames, frame, size);

	if (got > (ssize_t)(14 + 4 + MTU) || got > (ssize_t)size || (got > 0 && got < 14))
		abort();
}

static void give(void)
{
	uint8_t frame[256];
	uint64_t dropped = frames.dropped;

	memset(frame, sequence % 251, sizeof(frame));
	frames_send(&frames, frame, 1 + (size_t)input_take(input, 1));
	if (frames.count > FRAME_QUEUE)
		abort();
	if (frames.dropped == dropped)
		sequence++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct fuzz_input whole = { data, bytes };

	input = &whole;
	frames = (struct frames){ .mtu = MTU };
	sequence = expected = 0;
	while (whole.left)
		switch (input_take(input, 1) % 4) {
		case 0: receive(); break;
		case 1: frames_flush(&frames); break;
		default: give(); break;
		}
	while (!frames_flush(&frames)) /* zeros: all is sent */
		;
	return 0;
}
