/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rng.h - VirtIO entropy device (VirtIO 1.2, 5.4): dom0's random numbers for the guest.
 */
#ifndef RNG_RNG_H
#define RNG_RNG_H

#include "virtio/limit.h"
#include "virtio/transport.h"

enum { RNG_REQUESTS = 0, RNG_QUEUES = 1 };
#define RNG_BUFFER_MAX 4096u /* that a driver gets for one of its buffers */
#define RNG_TURN_BUFFERS 16u /* before other work gets its turn */

struct rng {
	struct virtio_device *device;
	struct limit limit; /* bytes: each costs dom0 time */
	uint64_t wait;      /* ns until there is to be another turn; 0: when the doorbell rings */
};

extern const struct virtio_model rng_model;

/** rng_ready() - wait until dom0's kernel has entropy, early after boot. Return: 0, or -1 with errno. */
int rng_ready(void);
/**
 * rng_work() - fill the driver's buffers.
 * @now: ns, of any clock that goes on
 *
 * Context: event loop. Return: whether to be called again, apart from rng->wait.
 */
bool rng_work(struct rng *rng, uint64_t now);

#endif
