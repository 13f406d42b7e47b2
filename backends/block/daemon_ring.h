/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_ring.h - the ring between vimo-dm and a storage daemon.
 */
#ifndef BLOCK_DAEMON_RING_H
#define BLOCK_DAEMON_RING_H

#include "block/block.h"
#include "host/driver_ring.h"

/** Shared memory. The daemon is not trusted: vimo-dm reads back only used and status. */
struct daemon_shared {
	struct driver_ring_shared ring;
	_Alignas(4096) struct {
		_Alignas(64) struct virtio_blk_outhdr header;
		struct virtio_blk_discard_write_zeroes range;
		uint8_t status;
	} request[DRIVER_RING];
	/* Two more, for data that shared a buffer with header or status. */
	_Alignas(4096) struct vring_desc table[DRIVER_RING][DRIVER_RING + 2];
};

struct block_remote {
	struct block *block;
	struct daemon_shared *shared;
	struct driver_ring ring;
	int socket, memory_fd;
	uint64_t features;
	bool connected, closing;
	struct io_op called, hung_up;
	unsigned int watches; /* of the two; device's lock */
	struct {
		struct io_op *op; /* NULL: free */
		uint64_t bytes;
		bool flush_after; /* a write of a driver that cannot flush */
	} slot[DRIVER_RING];
};

/* Context: the I/O thread of queue 0. */

/** daemon_submit() - send @step to the daemon, or to the next one if there is none now. */
void daemon_submit(struct block_queue *queue, const struct block_step *step, struct io_op *op);
/** daemon_take_completions() - take the answers, also those from before the daemon ended. */
void daemon_take_completions(struct block_remote *remote);
/** daemon_publish_all() - send a new daemon all requests that the last one did not answer. */
void daemon_publish_all(struct block_remote *remote);

#endif
