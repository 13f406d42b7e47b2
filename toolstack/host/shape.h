/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shape.h - limit an interface by the kernel's traffic control; limits go with the interface.
 */
#ifndef TOOLSTACK_HOST_SHAPE_H
#define TOOLSTACK_HOST_SHAPE_H

#include "config/rate.h"

/** shape_sent() - what comes from the guest and is too much is dropped. @name: for messages. Return: 0 or -1. */
int shape_sent(int index, const char *name, const struct rate *rate, struct error *err);
/** shape_received() - what goes to the guest waits for its turn; what waits too long is dropped. Return: 0 or -1. */
int shape_received(int index, const char *name, const struct rate *rate, struct error *err);

#endif
