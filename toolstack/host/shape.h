/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shape.h - limit an interface by the kernel's traffic control. The limits end with the interface.
 */
#ifndef TOOLSTACK_HOST_SHAPE_H
#define TOOLSTACK_HOST_SHAPE_H

#include "config/rate.h"

/** shape_sent() - drop the guest's packets above @rate. @name: for messages. Return: 0 or -1. */
int shape_sent(int index, const char *name, const struct rate *rate, struct error *err);
/** shape_received() - queue packets to the guest above @rate; drop packets that wait too long. Return: 0 or -1. */
int shape_received(int index, const char *name, const struct rate *rate, struct error *err);

#endif
