/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packets.h - packets between virtqueues and a tap, from and to the guest's
 * memory without a copy. Each begins with a struct virtio_net_hdr_v1, which the
 * tap reads and writes.
 *
 * Reads and writes do not wait, and are made under the device's lock: then there
 * is never one that a reset would have to wait for.
 */
#ifndef NET_PACKETS_H
#define NET_PACKETS_H

#include "virtio/virtqueue.h"

#define NET_PACKET_MAX (65536u + 64u) /* with segmentation offload, its headers, and ours */
#define NET_SEGMENTS 1023u            /* with the spill, all that one read takes */

enum net_turn {
	NET_MORE,         /* the budget is used up */
	NET_WAIT_PACKET,  /* no packet; buffers are at hand */
	NET_WAIT_BUFFERS, /* the driver must give some first: it rings its doorbell then */
	NET_FAILED,       /* the tap is gone; errno */
};

struct net_buffer {
	uint16_t head;
	uint16_t segments;
	size_t bytes;
};

/** Buffers that were taken for packets to come. All zero: none. */
struct net_receiver {
	struct iovec iov[NET_SEGMENTS + 1]; /* of all buffers, in their order */
	struct net_buffer buffer[VIRTQUEUE_SIZE_MAX];
	unsigned int segments, buffers;
	size_t bytes;                  /* in them */
	size_t packet, placed;         /* one that was longer: how long, how much of it is in the buffers */
	uint8_t spill[NET_PACKET_MAX]; /* its rest */
	uint64_t dropped;
};

/**
 * net_receive() - packets of @fd to the driver, at most @budget.
 * @merge: the driver takes packets that need several buffers
 */
enum net_turn net_receive(struct net_receiver *receiver, struct virtqueue *queue, int fd, bool merge,
			  unsigned int budget);
/** net_transmit() - the driver's packets to @fd, at most @budget. What the tap refuses is lost. Return: there may be
 * more. */
bool net_transmit(struct virtqueue *queue, int fd, unsigned int budget);

#endif
