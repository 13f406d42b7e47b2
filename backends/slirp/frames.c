// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frames.c - a bounded queue of frames to the guest, and checks of frames from it.
 */
#include "slirp/slirp.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define VLAN_BYTES 4u

/* Return: false when the socket is full. */
static bool send_now(const struct frames *frames, const void *data, size_t bytes)
{
	struct virtio_net_hdr_v1 header = { 0 }; /* no offload; vimo-dm sets num_buffers */
	struct iovec iov[] = { { &header, sizeof(header) }, { (void *)data, bytes } };
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };

	/* Other errors: the other end is closed, which the loop sees. */
	return sendmsg(frames->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || (errno != EAGAIN && errno != ENOBUFS);
}

static void keep(struct frames *frames, const void *data, size_t bytes)
{
	struct frame frame = { bytes, frames->count < FRAME_QUEUE ? malloc(bytes) : NULL };

	if (!frame.data) {
		frames->dropped++;
		return;
	}
	memcpy(frame.data, data, bytes);
	frames->queue[(frames->first + frames->count++) % FRAME_QUEUE] = frame;
}

bool frames_flush(struct frames *frames)
{
	while (frames->count) {
		struct frame *frame = &frames->queue[frames->first];

		if (!send_now(frames, frame->data, frame->bytes))
			return false;
		free(frame->data);
		frame->data = NULL;
		frames->first = (frames->first + 1) % FRAME_QUEUE;
		frames->count--;
	}
	return true;
}

void frames_send(struct frames *frames, const void *data, size_t bytes)
{
	if (!frames_flush(frames) || !send_now(frames, data, bytes))
		keep(frames, data, bytes);
}

/* No offload was offered, so a header that asks for one is not valid. */
static bool is_whole(const struct virtio_net_hdr_v1 *header)
{
	return !(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && header->gso_type == VIRTIO_NET_HDR_GSO_NONE;
}

ssize_t frames_receive(struct frames *frames, uint8_t *frame, size_t size)
{
	struct virtio_net_hdr_v1 header;
	struct iovec iov[] = { { &header, sizeof(header) }, { frame, size } };
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t got = recvmsg(frames->fd, &message, MSG_DONTWAIT);
	size_t bytes = got > (ssize_t)sizeof(header) ? (size_t)got - sizeof(header) : 0;

	if (got < 0 && errno != EINTR)
		return -1;
	if (bytes < ETH_HLEN || bytes > ETH_HLEN + VLAN_BYTES + frames->mtu || message.msg_flags & MSG_TRUNC ||
	    !is_whole(&header)) {
		frames->dropped++;
		return 0;
	}
	memset(frame + bytes, 0, size - bytes > ETH_ZLEN ? ETH_ZLEN : size - bytes);
	return (ssize_t)bytes;
}
