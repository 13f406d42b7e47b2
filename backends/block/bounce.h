/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bounce.h - a budget of bounce buffers. A driver could make vimo-dm allocate one for each request of each queue.
 *
 * Each queue may always have one buffer, so that its requests go on; BOUNCE_SHARED more are shared by all queues of the
 * process. A request without a buffer waits until its queue gives one back.
 */
#ifndef BLOCK_BOUNCE_H
#define BLOCK_BOUNCE_H

#include <stdbool.h>

#define BOUNCE_BYTES (256u * 1024u) /* a multiple of any image's block */
#define BOUNCE_SHARED 64u           /* 16 MiB */

/** Buffers of one queue; its I/O thread's. */
struct bounces {
	unsigned int held;
};

/** bounces_take() - count one more buffer. Return: false: all are in use, and the queue has at least one. */
bool bounces_take(struct bounces *bounces);
/** bounces_give() - count one less. */
void bounces_give(struct bounces *bounces);

#endif
