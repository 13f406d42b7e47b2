/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rng.h - VirtIO entropy device (VirtIO 1.2, 5.4): dom0's random numbers for the guest.
 */
#ifndef RNG_RNG_H
#define RNG_RNG_H

#include "core/transport.h"

enum { RNG_REQUESTS = 0, RNG_QUEUES = 1 };
#define RNG_BUFFER_MAX 4096u /* that a driver gets for one of its buffers */
#define RNG_TURN_BUFFERS 16u /* before other work gets its turn */

extern const struct virtio_model rng_model;

/** rng_ready() - wait until dom0's kernel has entropy, early after boot. Return: 0, or -1 with errno. */
int rng_ready(void);
/** rng_work() - fill the driver's buffers. Context: event loop. Return: whether to be called again. */
bool rng_work(void *device);

#endif
