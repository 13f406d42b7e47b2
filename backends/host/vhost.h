/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost.h - queues served by the kernel (/dev/vhost-net and its like): it takes
 * doorbells from an eventfd, moves data from and to the guest's memory itself,
 * and signals the eventfd that interrupts the guest.
 *
 * What starts and stops the device is its own ioctl, the caller's business.
 */
#ifndef HOST_VHOST_H
#define HOST_VHOST_H

#include "virtio/virtqueue.h"
#include "error.h"

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

/** What our transport offers of rings, and who serves them must know. */
#define VHOST_RING_FEATURES \
	(1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_RING_F_EVENT_IDX | 1ull << VIRTIO_RING_F_INDIRECT_DESC)

/** The eventfds of a queue. */
struct vhost_wires {
	int kick, call;
	int error; /* signalled when the driver broke the queue */
};

/**
 * vhost_open() - make @fd ours, of this process and for this guest's memory, and of nobody else's for its life.
 * @needed: features, as bits, that it must know
 * @known: gets all that it knows; may be NULL
 *
 * Return: 0 or -1.
 */
int vhost_open(int fd, const struct guest_memory *memory, uint64_t needed, uint64_t *known, struct error *err);
/** vhost_set_features() - what the driver took, as far as the kernel must know of it. Return: 0, or -1 with errno. */
int vhost_set_features(int fd, uint64_t features);
/**
 * vhost_set_queue() - go on with a queue where the guest's memory says it stands. It must be stopped.
 * @index: as the kernel's back end numbers it
 * @queue: started, so that its addresses are right
 *
 * Return: 0, or -1 with errno.
 */
int vhost_set_queue(int fd, unsigned int index, const struct virtqueue *queue, const struct vhost_wires *wires);

#endif
