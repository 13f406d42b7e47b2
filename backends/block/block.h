/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block.h - a virtio-blk device on a file or block device of dom0, by io_uring
 * and without a copy where places and sizes allow.
 */
#ifndef BLOCK_BLOCK_H
#define BLOCK_BLOCK_H

#include "block/moderation.h"
#include "block/request.h"
#include "host/endpoint.h"
#include "host/io_thread.h"
#include "virtio/limit.h"

#define BLOCK_QUEUES 8u

struct block;

/** A later turn for a queue. */
struct block_timer {
	struct io_op op;
	struct block_queue *queue;
	bool running; /* device's lock */
	struct __kernel_timespec time;
};

/** One queue, served by one I/O thread. */
struct block_queue {
	struct io_source source;
	struct io_thread *thread;
	struct block *block;
	unsigned int index;
	struct io_op kick;
	bool closing;
	bool watching;            /* kick is under way; device's lock */
	struct block_timer pause; /* a limit is reached */
	struct block_timer hold;  /* interrupts are held back */
	struct moderation moderation;
	unsigned int busy;        /* requests in flight; device's lock */
	struct request *finished; /* are given back in the next turn */
	struct bounces bounces;
	struct request *waiting; /* for a bounce buffer, the first to go on first */
	struct request **waiting_end;
	struct request *stalled; /* failed, and the guest is paused until vimod's retry */
	struct request *free;    /* requests that were in use before */
	struct request *request; /* all, as many as the virtqueue can have */
	unsigned int fresh;      /* index of the first request that was never in use */
};

struct block {
	struct endpoint *endpoint;
	const struct block_backend *backend;
	uint64_t features; /* of the back end */
	bool opened;
	bool resized;  /* the driver was shown another size before */
	bool keep_fds; /* close() leaves the back end's descriptors open */
	struct block_disk disk;
	uint32_t segments; /* of data, in one request */
	int fd;            /* of block_image */
	int cached_fd;     /* the same file through dom0's page cache; -1: not open */
	int data;          /* the module's descriptor for transfers between the image and the guest's RAM, or -1 */
	struct block_remote *remote;    /* of block_daemon */
	struct limit operations, bytes; /* device's lock */
	unsigned int queues;
	uint64_t errors;
	bool stop_on_error;
	bool packed;     /* its driver may use packed rings */
	bool cached;     /* writes go through dom0's page cache */
	bool cache_lost; /* the page cache dropped writes: all later flushes fail */
	struct block_queue queue[BLOCK_QUEUES];
};

/** A disk as vimod describes it. */
struct block_options {
	int fd;        /* the image, or the socket of a vhost-user back end */
	int memory_fd; /* the guest's RAM, for a vhost-user back end */
	int cached_fd; /* the image without O_DIRECT, if the driver may transfer less than its blocks; or -1 */
	bool readonly;
	unsigned int queues;                              /* 1..BLOCK_QUEUES */
	uint64_t operations_per_second, bytes_per_second; /* 0: no limit */
	const char *serial;
	bool stop_on_error; /* an error pauses the guest */
	bool packed;        /* packed rings are offered */
};

/** Place of a disk's data. */
struct block_backend {
	/* Fill block->disk and block->features. Descriptors are taken over when the disk is added. */
	int (*open)(struct block *block, const struct block_options *options, struct error *err);
	/* Close the image. No request is in flight. */
	void (*close)(struct block *block);
	/* Do @step, then op->done() with its bytes or a negative errno. Context: the queue's I/O thread. */
	void (*submit)(struct block_queue *queue, const struct block_step *step, struct io_op *op);
	uint64_t features; /* offered if the disk has them */
	/* Get the image's size into @disk. NULL: the size changes with the process that serves it. Return: 0 or -1. */
	int (*measure)(const struct block *block, struct block_disk *disk, struct error *err);
	/* See struct endpoint. */
	int (*reconnect)(struct endpoint *endpoint, int fd, struct error *err);
};

extern const struct block_backend block_image;  /* image.c */
extern const struct block_backend block_daemon; /* daemon.c */

extern const struct device_kind block_kind; /* kind.c */

/* config.c */
/** block_show() - show the configuration space, for endpoint_attach(). */
void block_show(struct virtio_device *device);
/** block_grow() - show the guest that its disk has @measured's size. Return: 0, or -1: the disk became smaller. */
int block_grow(struct block *block, const struct block_disk *measured, struct error *err);

/* queue.c */
extern const struct virtio_model block_model;
/** block_queue_prepare() - Return: false without memory. */
bool block_queue_prepare(struct block_queue *queue, struct block *block, unsigned int index, struct io_thread *thread);
/** block_queue_open() - begin to serve the queue. */
void block_queue_open(struct block_queue *queue);
/** block_queue_retry() - repeat the stalled requests. */
void block_queue_retry(struct block_queue *queue);
/** block_queue_close() - undo both. No request is in flight, none will be taken. */
void block_queue_close(struct block_queue *queue);

#endif
