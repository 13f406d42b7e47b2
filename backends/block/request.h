/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.h - one request of a driver to a virtio-blk device (VirtIO 1.2, 5.2.6):
 * checked, then cut into steps that a back end, or a test, does one after the other.
 */
#ifndef BLOCK_REQUEST_H
#define BLOCK_REQUEST_H

#include "block/bounce.h"
#include "virtio/virtqueue.h"

#include <linux/virtio_blk.h>

#define BLOCK_SECTOR 512u
#define BLOCK_SEGMENTS (VIRTQUEUE_SIZE_MAX - 2u) /* of data, beside header and status */
#define BLOCK_RANGE_SECTORS (1u << 22)           /* of a disk, at most */

/** Properties of a disk that requests depend on. */
struct block_disk {
	uint64_t sectors;
	uint32_t range_sectors; /* one discard or write-zeroes, at most */
	bool readonly;
	bool write_through;               /* the driver cannot flush: writes must reach the medium */
	uint32_t sector_bytes;            /* unit of the driver's requests */
	uint32_t block_bytes;             /* unit of transfers to the image, unless they go through dom0's page cache */
	uint32_t segment_bytes;           /* unit of their pieces in memory */
	uint32_t memory_align;            /* of the pieces' addresses */
	uint32_t padding;                 /* bytes at the end that the image lacks: they read as zeroes */
	char serial[VIRTIO_BLK_ID_BYTES]; /* not terminated when it is full */
};

enum block_action { BLOCK_READ, BLOCK_WRITE, BLOCK_FLUSH, BLOCK_DISCARD, BLOCK_ZERO };

/** One operation on the image. */
struct block_step {
	enum block_action action;
	const struct iovec *iov; /* of reads and writes */
	unsigned int count;
	uint64_t offset, bytes;
	bool in_guest; /* iov is the guest's memory */
	bool cached;   /* through dom0's page cache: the place or size is not a multiple of block_bytes */
};

struct block_request {
	struct virtqueue_chain chain;
	uint8_t *status;                     /* in the driver's buffer */
	uint8_t result;                      /* VIRTIO_BLK_S_* */
	enum block_action action, otherwise; /* otherwise: used if the image cannot do action */
	struct iovec *iov;                   /* the rest of the data, in chain */
	unsigned int count;
	uint64_t offset, bytes;  /* the rest, in the image */
	uint64_t padding;        /* of a read: the last bytes of the rest that the image may lack */
	uint32_t written;        /* into the driver's buffers, status included */
	struct bounces *bounces; /* of its queue */
	void *bounce;            /* for data whose address or size does not suit the image */
	struct iovec bounced;
};

enum block_verdict {
	BLOCK_BROKEN,   /* no place for a status: the driver broke the queue */
	BLOCK_ANSWERED, /* nothing to do: result is right */
	BLOCK_TO_DO,    /* block_step() says what */
};

enum block_progress {
	BLOCK_FAILED,   /* the result is set */
	BLOCK_GOES_ON,  /* the step can be done */
	BLOCK_MUST_WAIT /* for a bounce buffer: until block_finish() of another request of its queue */
};

/** block_parse() - parse request->chain. The queue has checked that the chain lies in guest memory. */
enum block_verdict block_parse(struct block_request *request, const struct block_disk *disk);
/** block_step() - get the next step. */
enum block_progress block_step(struct block_request *request, const struct block_disk *disk, struct block_step *step);
/**
 * block_done() - a step ended.
 * @bytes: how many it moved, or negative errno
 *
 * Return: whether the request is complete and has a result.
 */
bool block_done(struct block_request *request, int64_t bytes);
/** block_finish() - write the result for the driver. Return: number of bytes written, for the used ring. */
uint32_t block_finish(struct block_request *request);

#endif
