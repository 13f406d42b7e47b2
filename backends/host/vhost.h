/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost.h - queues served by the kernel (/dev/vhost-net and its like): it takes
 * doorbells from an eventfd, moves data from and to the guest's memory itself,
 * and signals the eventfd that interrupts the guest.
 *
 * Each device has its own ioctl that starts and stops it, which its caller makes.
 */
#ifndef HOST_VHOST_H
#define HOST_VHOST_H

#include "virtio/virtqueue.h"
#include "error.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

/** Features of rings that the transport offers: a back end must support them. */
#define VHOST_RING_FEATURES \
	(1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_RING_F_EVENT_IDX | 1ull << VIRTIO_RING_F_INDIRECT_DESC)

/** The eventfds of a queue. */
struct vhost_wires {
	int kick, call;
	int error; /* signalled when the driver broke the queue */
};

/**
 * vhost_open() - bind @fd to this process and this guest's memory, until it is closed.
 * @needed: features, as bits, that the kernel must support
 * @known: gets all features that the kernel supports; may be NULL
 *
 * Return: 0 or -1.
 */
int vhost_open(int fd, const struct guest_memory *memory, uint64_t needed, uint64_t *known, struct error *err);
/** vhost_set_features() - set those features the driver accepted that concern the kernel. Return: 0, or -1 with errno.
 */
int vhost_set_features(int fd, uint64_t features);
/**
 * vhost_set_queue() - set a stopped queue to go on from the used index in the guest's memory.
 * @index: as the kernel's back end numbers it
 * @queue: started, so that its addresses are right
 *
 * Return: 0, or -1 with errno.
 */
int vhost_set_queue(int fd, unsigned int index, const struct virtqueue *queue, const struct vhost_wires *wires);

#endif
