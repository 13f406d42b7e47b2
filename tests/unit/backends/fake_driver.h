/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_driver.h - the initialization of a virtio-mmio device by its driver (VirtIO 1.2, 3.1.1), for
 * tests of a device.
 */
#ifndef TESTS_FAKE_DRIVER_H
#define TESTS_FAKE_DRIVER_H

#include "virtio/transport.h"

#include <linux/virtio_mmio.h>
#include <string.h>

static inline void driver_put(struct virtio_device *device, unsigned int offset, uint32_t value)
{
	transport_write(device, offset, 4, value);
}

static inline uint32_t driver_get(const struct virtio_device *device, unsigned int offset)
{
	uint32_t value;

	memcpy(&value, device->page + offset, sizeof(value));
	return value;
}

/* Up to FEATURES_OK, with VERSION_1, @features of the device's kind and @more from bit 32 on. */
static inline void driver_begin_with(struct virtio_device *device, uint32_t features, uint32_t more)
{
	driver_put(device, VIRTIO_MMIO_STATUS, 1);
	driver_put(device, VIRTIO_MMIO_STATUS, 3);
	driver_put(device, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	driver_put(device, VIRTIO_MMIO_DRIVER_FEATURES, features);
	driver_put(device, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	driver_put(device, VIRTIO_MMIO_DRIVER_FEATURES, 1 | more);
	driver_put(device, VIRTIO_MMIO_STATUS, 11);
}

static inline void driver_begin(struct virtio_device *device, uint32_t features)
{
	driver_begin_with(device, features, 0);
}

static inline void driver_queue(struct virtio_device *device, unsigned int index, uint32_t size, uint64_t desc,
				uint64_t avail, uint64_t used)
{
	driver_put(device, VIRTIO_MMIO_QUEUE_SEL, index);
	driver_put(device, VIRTIO_MMIO_QUEUE_NUM, size);
	driver_put(device, VIRTIO_MMIO_QUEUE_DESC_LOW, (uint32_t)desc);
	driver_put(device, VIRTIO_MMIO_QUEUE_DESC_HIGH, (uint32_t)(desc >> 32));
	driver_put(device, VIRTIO_MMIO_QUEUE_AVAIL_LOW, (uint32_t)avail);
	driver_put(device, VIRTIO_MMIO_QUEUE_AVAIL_HIGH, (uint32_t)(avail >> 32));
	driver_put(device, VIRTIO_MMIO_QUEUE_USED_LOW, (uint32_t)used);
	driver_put(device, VIRTIO_MMIO_QUEUE_USED_HIGH, (uint32_t)(used >> 32));
	driver_put(device, VIRTIO_MMIO_QUEUE_READY, 1);
}

/* DRIVER_OK. */
static inline void driver_go(struct virtio_device *device)
{
	driver_put(device, VIRTIO_MMIO_STATUS, 15);
}

#endif
