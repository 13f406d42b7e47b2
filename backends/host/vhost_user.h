/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost_user.h - the front end's side of vhost-user: make a process at the other
 * end of a socket serve queues in memory that both map (QEMU, docs/interop/vhost-user.rst).
 *
 * What the back end answers is checked like what a guest says. Each call has a time
 * limit, after which the back end counts as dead. Context: any one thread.
 */
#ifndef HOST_VHOST_USER_H
#define HOST_VHOST_USER_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/** Memory that the back end may touch. */
struct vhost_user_region {
	uint64_t address; /* as descriptors name it */
	uint64_t bytes;
	void *base; /* where we have it: rings are named by that */
	int fd;     /* mapped from offset 0 */
};

struct vhost_user_ring {
	uint32_t index, size;
	void *desc, *avail, *used;
	uint16_t base; /* next to take */
	int kick, call;
};

/**
 * vhost_user_open() - begin.
 * @features: what we would take; gets those of them that the back end has
 *
 * Return: 0, or -1, also when it is too old for VIRTIO_F_VERSION_1.
 */
int vhost_user_open(int fd, uint64_t *features, struct error *err);
/** vhost_user_config() - the first @bytes of the device's configuration space; at most 256. */
int vhost_user_config(int fd, void *config, size_t bytes, struct error *err);
/** vhost_user_start() - @features as vhost_user_open() gave them, or fewer; then memory, then one ring. */
int vhost_user_start(int fd, uint64_t features, const struct vhost_user_region *regions, unsigned int count,
		     const struct vhost_user_ring *ring, struct error *err);

/* What vhost_user_start() does, in parts, for devices of several rings: */
/** vhost_user_begin() - features and memory. */
int vhost_user_begin(int fd, uint64_t features, const struct vhost_user_region *regions, unsigned int count,
		     struct error *err);
/** vhost_user_start_ring() - serve it. */
int vhost_user_start_ring(int fd, const struct vhost_user_ring *ring, struct error *err);
/** vhost_user_stop_ring() - nothing of it is touched when this returns 0. */
int vhost_user_stop_ring(int fd, uint32_t index, struct error *err);
/** vhost_user_pairs() - how many queues, or pairs of a network, it can serve. */
int vhost_user_pairs(int fd, uint64_t *pairs, struct error *err);

#endif
