// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * packets.c - one turn of a receive or a transmit queue.
 */
#include "net/packets.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_net.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>

#define HEADER sizeof(struct virtio_net_hdr_v1)

/* Copy @bytes to @offset of @iov, which has room for them. */
static void copy_to(const struct iovec *iov, size_t offset, const uint8_t *data, size_t bytes)
{
	for (; bytes; iov++) {
		size_t part = iov->iov_len > offset ? iov->iov_len - offset : 0;

		part = part < bytes ? part : bytes;
		memcpy((uint8_t *)iov->iov_base + offset, data, part);
		offset = part ? 0 : offset - iov->iov_len;
		data += part;
		bytes -= part;
	}
}

static void forget(struct net_receiver *receiver)
{
	receiver->segments = receiver->buffers = 0;
	receiver->bytes = receiver->packet = 0;
}

static void drop_packet(struct net_receiver *receiver)
{
	receiver->packet = 0;
	receiver->dropped++;
}

static void add_buffer(struct net_receiver *receiver, const struct virtqueue_chain *chain)
{
	struct iovec *iov = &receiver->iov[receiver->segments];
	struct net_buffer buffer = { chain->head, (uint16_t)chain->writable, 0 };

	memcpy(iov, &chain->iov[chain->readable], chain->writable * sizeof(*iov));
	for (unsigned int i = 0; i < chain->writable; i++)
		buffer.bytes += iov[i].iov_len;
	receiver->buffer[receiver->buffers++] = buffer;
	receiver->segments += chain->writable;
	receiver->bytes += buffer.bytes;
}

/* Return: whether another buffer of any kind would fit. */
static bool has_room(const struct net_receiver *receiver, const struct virtqueue *queue)
{
	return receiver->buffers < queue->size && receiver->segments + VIRTQUEUE_SIZE_MAX <= NET_SEGMENTS;
}

/* Take as many buffers as the longest packet needs, or as are available. */
static void take_buffers(struct net_receiver *receiver, struct virtqueue *queue, bool merge)
{
	struct virtqueue_chain chain;

	while ((merge ? receiver->bytes < NET_PACKET_MAX : !receiver->buffers) && has_room(receiver, queue) &&
	       virtqueue_pop(queue, &chain)) {
		if (!chain.writable) {
			queue->broken = true;
			return;
		}
		add_buffer(receiver, &chain);
	}
}

/* Move the spill of a packet into buffers that were taken since it arrived. */
static void place_rest(struct net_receiver *receiver)
{
	size_t end = receiver->packet < receiver->bytes ? receiver->packet : receiver->bytes;

	if (end <= receiver->placed)
		return;
	copy_to(receiver->iov, receiver->placed, receiver->spill, end - receiver->placed);
	memmove(receiver->spill, receiver->spill + (end - receiver->placed), receiver->packet - end);
	receiver->placed = end;
}

/* The driver sees all buffers of a packet at once (5.1.6.4). */
static void deliver(struct net_receiver *receiver, struct virtqueue *queue)
{
	size_t left = receiver->packet, before = receiver->bytes;
	unsigned int buffers = 0, segments = 0;
	uint16_t count;

	while (left) {
		const struct net_buffer *buffer = &receiver->buffer[buffers++];
		size_t part = left < buffer->bytes ? left : buffer->bytes;

		virtqueue_put(queue, buffer->head, (uint32_t)part);
		segments += buffer->segments;
		before -= buffer->bytes;
		left -= part;
	}
	count = htole16((uint16_t)buffers);
	copy_to(receiver->iov, offsetof(struct virtio_net_hdr_v1, num_buffers), (const uint8_t *)&count, sizeof(count));
	virtqueue_publish(queue);
	receiver->packet = 0;
	receiver->bytes = before;
	receiver->segments -= segments;
	receiver->buffers -= buffers;
	memmove(receiver->iov, receiver->iov + segments, receiver->segments * sizeof(receiver->iov[0]));
	memmove(receiver->buffer, receiver->buffer + buffers, receiver->buffers * sizeof(receiver->buffer[0]));
}

/* Return: false with errno when there is none. A packet that is not valid is dropped. */
static bool read_packet(struct net_receiver *receiver, int fd)
{
	ssize_t got;

	receiver->iov[receiver->segments] = (struct iovec){ receiver->spill, sizeof(receiver->spill) };
	do
		got = readv(fd, receiver->iov, (int)receiver->segments + 1);
	while (got < 0 && errno == EINTR);
	if (!got)
		errno = EBADFD; /* a tap has no empty packets */
	if (got <= 0)
		return false;
	receiver->packet = (size_t)got;
	receiver->placed = receiver->packet < receiver->bytes ? receiver->packet : receiver->bytes;
	/* Its end may be missing, or its header is not complete. */
	if (receiver->packet == receiver->bytes + sizeof(receiver->spill) || receiver->packet < HEADER)
		drop_packet(receiver);
	return true;
}

/* Deliver or drop the packet that was read. Return: false: it needs more buffers. */
static bool finish_packet(struct net_receiver *receiver, struct virtqueue *queue, bool merge)
{
	place_rest(receiver);
	if (receiver->packet <= receiver->bytes)
		deliver(receiver, queue);
	else if (!merge || !has_room(receiver, queue))
		drop_packet(receiver); /* the driver cannot give enough buffers */
	else
		return false;
	return true;
}

enum net_turn net_receive(struct net_receiver *receiver, struct virtqueue *queue, int fd, bool merge,
			  unsigned int budget)
{
	/* The queue began anew, so the buffers that were taken belong to the driver again. */
	if (queue->in_hand != receiver->buffers)
		forget(receiver);
	while (budget) {
		take_buffers(receiver, queue, merge);
		if (queue->broken)
			return NET_WAIT_BUFFERS;
		if (!receiver->packet && receiver->buffers) {
			budget--;
			if (!read_packet(receiver, fd))
				return errno == EAGAIN ? NET_WAIT_PACKET : NET_FAILED;
		}
		if (receiver->packet && finish_packet(receiver, queue, merge))
			continue;
		/* There are no buffers, or not enough. */
		if ((receiver->packet || !receiver->buffers) && !virtqueue_rearm(queue))
			return NET_WAIT_BUFFERS;
	}
	return NET_MORE;
}

bool net_transmit(struct virtqueue *queue, int fd, unsigned int budget)
{
	struct virtqueue_chain chain;

	do {
		while (budget && virtqueue_pop(queue, &chain)) {
			ssize_t sent;

			if (chain.writable) {
				queue->broken = true;
				return false;
			}
			do
				sent = writev(fd, chain.iov, (int)chain.readable);
			while (sent < 0 && errno == EINTR);
			virtqueue_push(queue, chain.head, 0);
			budget--;
		}
	} while (budget && virtqueue_rearm(queue));
	return !budget;
}
