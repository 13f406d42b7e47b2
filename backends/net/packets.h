/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packets.h - packets between virtqueues and a tap, from and to the guest's
 * memory without a copy. Each begins with a struct virtio_net_hdr_v1, which the
 * tap reads and writes.
 *
 * Reads and writes do not wait, and are made under the device's lock: so a
 * reset never waits for them.
 */
#ifndef NET_PACKETS_H
#define NET_PACKETS_H

#include "virtio/virtqueue.h"

#define NET_PACKET_MAX (65536u + 64u) /* with segmentation offload, its headers, and the VirtIO header */
#define NET_SEGMENTS 1023u            /* with the spill, the most that one read takes */

enum net_turn {
	NET_MORE,         /* the budget is spent */
	NET_WAIT_PACKET,  /* no packet; buffers are taken */
	NET_WAIT_BUFFERS, /* no buffers; the driver rings its doorbell when it adds some */
	NET_FAILED,       /* the tap is closed; errno */
};

struct net_buffer {
	uint16_t head;
	uint16_t segments;
	size_t bytes;
};

/** Buffers that were taken for the next packets. All zero: none. */
struct net_receiver {
	struct iovec iov[NET_SEGMENTS + 1]; /* of all buffers, in their order */
	struct net_buffer buffer[VIRTQUEUE_SIZE_MAX];
	unsigned int segments, buffers;
	size_t bytes;                  /* in them */
	size_t packet, placed;         /* a packet longer than the buffers: its length; bytes in the buffers */
	uint8_t spill[NET_PACKET_MAX]; /* the rest of the packet */
	uint64_t dropped;
};

/**
 * net_receive() - move packets from @fd to the driver, at most @budget.
 * @merge: a packet may use several buffers
 */
enum net_turn net_receive(struct net_receiver *receiver, struct virtqueue *queue, int fd, bool merge,
			  unsigned int budget);
/**
 * net_transmit() - move the driver's packets to @fd, at most @budget. Packets that the tap refuses are dropped.
 * Return: whether there may be more.
 */
bool net_transmit(struct virtqueue *queue, int fd, unsigned int budget);

#endif
