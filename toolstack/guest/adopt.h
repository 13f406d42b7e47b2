/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adopt.h - guests that the previous vimod left.
 */
#ifndef TOOLSTACK_GUEST_ADOPT_H
#define TOOLSTACK_GUEST_ADOPT_H

#include "guest/guest.h"

/** guests_init() - no guests, no device, no observer. */
void guests_init(struct guests *guests, uv_loop_t *loop);
/**
 * guests_open() - open /dev/vimo if it is not open, and adopt all guests then.
 *
 * Return: 0 or -1. Without /dev/vimo there are no guests.
 */
int guests_open(struct guests *guests, struct error *err);

#endif
