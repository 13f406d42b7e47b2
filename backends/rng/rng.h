/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rng.h - VirtIO entropy device (VirtIO 1.2, 5.4): dom0's random numbers for the guest.
 */
#ifndef RNG_RNG_H
#define RNG_RNG_H

#include "host/kind.h"
#include "virtio/limit.h"
#include "virtio/transport.h"

enum { RNG_REQUESTS = 0, RNG_QUEUES = 1 };
#define RNG_BUFFER_MAX 4096u /* in one buffer of the driver */
#define RNG_TURN_BUFFERS 16u /* in one turn; then other work has its turn */

struct rng {
	struct virtio_device *device;
	struct limit limit; /* of bytes, since each costs dom0 time */
	uint64_t wait;      /* ns until the next turn; 0: the doorbell begins it */
};

extern const struct virtio_model rng_model;
extern const struct device_kind rng_kind; /* kind.c */

/** rng_ready() - wait until dom0's kernel has entropy, early after boot. Return: 0, or -1 with errno. */
int rng_ready(void);
/**
 * rng_work() - fill the driver's buffers.
 * @now: ns, of any monotonic clock
 *
 * Context: event loop. Return: whether to be called again, at once; rng->wait says when else.
 */
bool rng_work(struct rng *rng, uint64_t now);

#endif
