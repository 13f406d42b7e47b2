/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console.h - VirtIO console, one port (VirtIO 1.2, 5.3): hvc0 of a Linux guest.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include "host/kind.h"
#include "host/hub.h"
#include "virtio/transport.h"

#include <linux/virtio_console.h>

enum { CONSOLE_RECEIVE = 0, CONSOLE_TRANSMIT = 1, CONSOLE_QUEUES = 2 };

#define CONSOLE_FEATURES (1ull << VIRTIO_CONSOLE_F_SIZE)

extern const struct virtio_model console_model;
extern const struct device_kind console_kind; /* console_kind.c; its descriptors are a struct hub_files */

/**
 * console_work() - output to the hub, its input to the guest.
 * Context: event loop, lock not held. Return: whether to be called again.
 */
bool console_work(struct virtio_device *device, struct hub *hub);
/** console_resize() - set the size of the terminal that the driver reads. Context: event loop, lock not held. */
void console_resize(struct virtio_device *device, uint16_t cols, uint16_t rows);

#endif
