/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - VirtIO input device: the power button, for kernels that have no driver for GPIO keys, and the keys that
 * reach Linux's SysRq (VirtIO 1.2, 5.8).
 */
#ifndef INPUT_INPUT_H
#define INPUT_INPUT_H

#include "host/kind.h"
#include "input/keys.h"
#include "virtio/transport.h"

#include <linux/virtio_input.h>

enum { INPUT_EVENTS = 0, INPUT_STATUS = 1, INPUT_QUEUES = 2 };
#define INPUT_PENDING_MAX 32u

struct input {
	struct virtio_device *device;
	/* Events that wait for buffers of the driver. */
	struct virtio_input_event pending[INPUT_PENDING_MAX];
	unsigned int count;
};

extern const struct virtio_model input_model;
extern const struct device_kind input_kind; /* kind.c */

/**
 * input_press() - press or release keys: all of them, or none if too many events wait for buffers of the driver.
 * Context: event loop. Return: false when the guest runs no driver for it.
 */
bool input_press(struct input *input, const struct key_event *events, unsigned int count);
/** input_work() - move events to the guest. Context: event loop. Return: false. */
bool input_work(void *input);

#endif
