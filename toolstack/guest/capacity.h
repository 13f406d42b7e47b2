/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capacity.h - processors and memory for one more guest.
 */
#ifndef TOOLSTACK_GUEST_CAPACITY_H
#define TOOLSTACK_GUEST_CAPACITY_H

#include "config/config.h"

#include <vimo/ioctl.h>

/**
 * capacity_check() - they are available now.
 * @device: /dev/vimo
 * @info: gets what the hypervisor offers
 *
 * Return: 0 or -1.
 */
int capacity_check(int device, const struct guest_config *config, struct vimo_ioc_info *info, struct error *err);

#endif
