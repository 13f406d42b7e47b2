/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control.h - commands on a network device's control queue (VirtIO 1.2, 5.1.6.5).
 */
#ifndef NET_CONTROL_H
#define NET_CONTROL_H

#include "virtio/virtqueue.h"

/** Commands of a driver. Return: whether the command was done. */
struct net_control {
	bool (*pairs)(void *context, unsigned int pairs);
	bool (*offloads)(void *context, uint64_t features);
};

/** net_control_work() - do the available commands, up to the size of the queue. Return: whether there may be more. */
bool net_control_work(struct virtqueue *queue, const struct net_control *control, void *context);

#endif
