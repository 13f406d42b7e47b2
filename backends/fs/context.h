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

/* Slots of the ring: [0, FS_SLOTS) requests of the guest, [FS_SLOTS, FS_FORGETS) forgets, FS_OWN vimo-dm's request. */
#define FS_SLOTS 240u
#define FS_FORGETS (DRIVER_RING - 1)
#define FS_OWN FS_FORGETS

/** Memory that vimo-dm and the daemon share. The daemon is not trusted: answers are copied, then checked. */
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
	bool submitted; /* to this daemon, or with repeat to a previous one, which may have done it */
	bool at_daemon; /* the present daemon may answer it */
	bool repeat;    /* by fs_repeat() instead of fs_submit() */
	bool found;     /* a FUSE_CREATE found a file, which fs_open_existing() is to open */
	unsigned int queue, lost_daemons;
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
	int state;                   /* the table's file, until the device runs */
	bool ready;                  /* the daemon knows what the guest knows */
	bool any_found;              /* found is set in a slot */
	bool own_pending;            /* the request in FS_OWN is not answered */
	bool forget_pending[DRIVER_RING];
	struct fuse_forget_one *forget;
	size_t forget_count, forget_room;
	_Alignas(8) uint8_t answer[FS_ANSWER_MAX];
	unsigned int busy; /* requests that were taken from the guest and not given back */
	int next;          /* socket of the next daemon; -1: none */
};

static inline struct virtio_device *fs_device(const struct fs *fs)
{
	return &fs->endpoint->device;
}

#endif
