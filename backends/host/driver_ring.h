/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * driver_ring.h - the driver's side of a ring whose device is a process at the other end of a
 * vhost-user socket. The ring lies in memory of vimo-dm that the device maps beside the guest's.
 * So data go between the device and the guest directly, while vimo-dm knows the requests in flight.
 *
 * The device is not trusted: of the memory it can write, vimo-dm reads the used ring, which is checked here, and
 * data that the ring's user checks. Context: one thread at a time.
 */
#ifndef HOST_DRIVER_RING_H
#define HOST_DRIVER_RING_H

#include "virtio/virtqueue.h"
#include "error.h"

#include <linux/virtio_ring.h>

#define DRIVER_RING VIRTQUEUE_SIZE_MAX
#define DRIVER_RING_ADDRESS (1ull << 44) /* address of this memory in descriptors: beyond any guest's */

/** The first part of the shared memory. */
struct driver_ring_shared {
	struct vring_desc desc[DRIVER_RING];
	_Alignas(4096) uint16_t avail[2 + DRIVER_RING + 1];
	_Alignas(4096) struct {
		uint16_t flags, idx;
		struct vring_used_elem ring[DRIVER_RING];
	} used;
};

struct driver_ring {
	struct driver_ring_shared *shared; /* followed by its user's part */
	size_t bytes;
	const struct guest_memory *memory;
	int fd, kick, call;
	uint16_t avail_idx, used_idx;
};

/** The descriptors of one buffer. */
struct driver_chain {
	struct vring_desc *table; /* in shared memory, with room */
	unsigned int count;
};

/** driver_ring_open() - allocate @bytes of shared memory, and eventfds. Return: 0, or -1 and the ring can be closed. */
int driver_ring_open(struct driver_ring *ring, const struct guest_memory *memory, size_t bytes, struct error *err);
void driver_ring_close(struct driver_ring *ring);
/**
 * driver_ring_start() - let the device at @socket, with the negotiated @features, serve its queue @index by the ring.
 * @memory_fd: the guest's RAM
 */
int driver_ring_start(struct driver_ring *ring, int socket, uint64_t features, uint32_t index, int memory_fd,
		      struct error *err);
/** driver_chain_add_shared() - add a piece of the shared memory; @writable pieces come last. */
void driver_chain_add_shared(const struct driver_ring *ring, struct driver_chain *chain, const void *at, size_t bytes,
			     bool writable);
/** driver_chain_add_guest() - add a piece of the guest's memory. Return: false when @piece lies elsewhere. */
bool driver_chain_add_guest(const struct driver_ring *ring, struct driver_chain *chain, const struct iovec *piece,
			    bool writable);
/** driver_ring_describe() - set the descriptors of buffer @index. */
void driver_ring_describe(struct driver_ring *ring, unsigned int index, const struct driver_chain *chain);
/** driver_ring_publish() - give buffer @index to the device. */
void driver_ring_publish(struct driver_ring *ring, unsigned int index);
/** driver_ring_take() - the next buffer that the device gave back; its @index is not checked. Return: false: none. */
bool driver_ring_take(struct driver_ring *ring, uint32_t *index);

#endif
