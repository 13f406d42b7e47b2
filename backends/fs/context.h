/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * context.h - what a shared folder's device has: requests of the guest, memory shared with the daemon, and the table.
 *
 * Each device has a thread, which may wait for the daemon. Lock: device->lock for virtqueues, busy, next and closing;
 * all else belongs to the thread.
 */
#ifndef FS_CONTEXT_H
#define FS_CONTEXT_H

#include "host/driver_ring.h"
#include "host/endpoint.h"
#include "fs/message.h"

#include <linux/virtio_fs.h>

enum { FS_URGENT, FS_REQUESTS };

#define FS_SLOTS 240u                /* requests of the guest in flight; */
#define FS_FORGETS (DRIVER_RING - 1) /* up to here: what the daemon is to forget; */
#define FS_OWN FS_FORGETS            /* and one of our own, that we wait for */

/** What both see. The daemon is not trusted: answers are copied, then checked. */
struct fs_shared {
	struct driver_ring_shared ring;
	_Alignas(4096) struct {
		uint8_t request[12288];
		uint8_t answer[FS_ANSWER_MAX];
		struct vring_desc table[DRIVER_RING + 4];
	} slot[DRIVER_RING];
};

/** A request of the guest. */
struct fs_slot {
	bool used;
	bool asked;     /* this daemon, or (again) an earlier one, which may have done it */
	bool at_daemon; /* this one may answer it */
	bool again;
	bool exists; /* what it was to create, if not there, is there: to be opened */
	unsigned int queue, deaths;
	uint64_t order;
	struct virtqueue_chain chain;
	struct fs_request request;
};

struct fs {
	struct endpoint *endpoint;
	char tag[sizeof(((struct virtio_fs_config *)0)->tag) + 1];
	char hidden[FS_NAME + 1];
	struct driver_ring ring;
	struct fs_shared *shared;
	struct fs_nodes nodes;
	struct fs_slot *slot; /* FS_SLOTS */
	uint64_t order;
	int socket, memory_fd, wake; /* socket -1: no daemon */
	bool serves;                 /* the daemon knows what the guest knows */
	bool exists;                 /* what a request was to create, as its slot says */
	bool own_asked;              /* and not answered */
	bool forgetting[DRIVER_RING];
	struct fuse_forget_one *forget;
	size_t forget_count, forget_room;
	_Alignas(8) uint8_t answer[FS_ANSWER_MAX];
	unsigned int busy; /* requests of the guest taken */
	int next;          /* a socket to the next daemon; -1: none */
};

static inline struct virtio_device *fs_device(const struct fs *fs)
{
	return &fs->endpoint->device;
}

#endif
