/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * signal.h - an event that ends in an eventfd of user space.
 */
#ifndef SIGNAL_H
#define SIGNAL_H

#include "event.h"

#include <linux/eventfd.h>
#include <linux/spinlock.h>

struct event_signal {
	struct event event;
	spinlock_t lock; /* ctx */
	struct eventfd_ctx *ctx;
};

void vimo_signal_init(struct event_signal *signal);
/* ctx's reference goes to the signal; NULL takes the binding away. */
void vimo_signal_bind(struct event_signal *signal, struct eventfd_ctx *ctx);

#endif
