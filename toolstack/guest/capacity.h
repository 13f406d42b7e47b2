/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capacity.h - processors and memory for one more guest.
 */
#ifndef TOOLSTACK_GUEST_CAPACITY_H
#define TOOLSTACK_GUEST_CAPACITY_H

#include "config/config.h"

/**
 * capacity_check() - they are available now.
 * @device: /dev/vimo
 * @gic: gets the version of guests' interrupt controller
 *
 * Return: 0 or -1.
 */
int capacity_check(int device, const struct guest_config *config, uint32_t *gic, struct error *err);

#endif
