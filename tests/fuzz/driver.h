/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * driver.h - a hostile driver of any virtio-mmio device: registers and buffers
 * as a fuzzer's bytes say, memory that changes, device models that die.
 */
#ifndef TESTS_FUZZ_DRIVER_H
#define TESTS_FUZZ_DRIVER_H

#include "virtio/transport.h"
#include "fuzz.h"

/** A device, and what it has to do with beside its driver. */
struct fuzz_device {
	struct virtio_device *device;            /* model, features and queues are set */
	void (*work)(void);                      /* a doorbell rang */
	void (*event)(struct fuzz_input *input); /* something comes from dom0's side; NULL: nothing ever does */
	bool packed;                             /* it may offer packed rings */
	bool forged;                             /* a device model before may leave any state and page behind */
	void (*begin)(bool first); /* before a device model begins: the first, or another after it; or NULL */
};

/** fuzz_drive() - until @input is used up. */
void fuzz_drive(const struct fuzz_device *fuzzed, struct fuzz_input *input);
/** fuzz_send() - the driver puts these bytes into a buffer of @queue that the device may read. */
void fuzz_send(const struct virtio_device *device, unsigned int queue, const void *data, size_t bytes);
/** fuzz_touch() - a device uses @bytes at @data: every byte must be the guest's. */
void fuzz_touch(const void *data, size_t bytes);

#endif
