/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - VirtIO input device with one key, the power button (VirtIO 1.2, 5.8).
 * Kernels without a driver for GPIO keys have one for this.
 */
#ifndef INPUT_INPUT_H
#define INPUT_INPUT_H

#include "virtio/transport.h"

#include <linux/virtio_input.h>

enum { INPUT_EVENTS = 0, INPUT_STATUS = 1, INPUT_QUEUES = 2 };
#define INPUT_PENDING_MAX 16u

struct input {
	struct virtio_device *device;
	/* Events that the driver has given no buffer for yet. */
	struct virtio_input_event pending[INPUT_PENDING_MAX];
	unsigned int count;
};

extern const struct virtio_model input_model;

/**
 * input_power_key() - press it or let it go.
 * Context: event loop. Return: false when the guest runs no driver for it.
 */
bool input_power_key(struct input *input, bool down);
/** input_work() - move events to the guest. Context: event loop. Return: false. */
bool input_work(void *input);

#endif
