/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost_user.h - the front end's side of vhost-user: make a process at the other
 * end of a socket serve queues in memory that both map (QEMU, docs/interop/vhost-user.rst).
 *
 * Answers of the back end are checked like values of a guest. Each call has a time
 * limit, after which it fails. Context: any one thread at a time.
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
	void *base; /* address in vimo-dm, by which rings are named */
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
 * @features: the features that the caller supports; gets those of them that the back end has
 *
 * Return: 0, or -1, also when the back end is too old for VIRTIO_F_VERSION_1.
 */
int vhost_user_open(int fd, uint64_t *features, struct error *err);
/** vhost_user_config() - the first @bytes of the device's configuration space; at most 256. */
int vhost_user_config(int fd, void *config, size_t bytes, struct error *err);
/** vhost_user_start() - set @features, of those from vhost_user_open(), then memory, then one ring. */
int vhost_user_start(int fd, uint64_t features, const struct vhost_user_region *regions, unsigned int count,
		     const struct vhost_user_ring *ring, struct error *err);

/* The parts of vhost_user_start(), for devices of several rings: */
/** vhost_user_begin() - set features and memory. */
int vhost_user_begin(int fd, uint64_t features, const struct vhost_user_region *regions, unsigned int count,
		     struct error *err);
/** vhost_user_start_ring() - start one ring. */
int vhost_user_start_ring(int fd, const struct vhost_user_ring *ring, struct error *err);
/** vhost_user_stop_ring() - stop one ring: the back end does not touch it when this returns 0. */
int vhost_user_stop_ring(int fd, uint32_t index, struct error *err);
/** vhost_user_pairs() - get the number of queues, or of a network's pairs, that the back end can serve. */
int vhost_user_pairs(int fd, uint64_t *pairs, struct error *err);

#endif
