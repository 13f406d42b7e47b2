// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_transport.c - a hostile driver against a virtio-mmio device: any
 * register writes in any order, memory that changes, a device model that is
 * killed and started again on what its predecessor left.
 */
#include "core/transport.h"
#include "fuzz.h"

#include <linux/virtio_mmio.h>
#include <stdlib.h>

static _Alignas(4096) uint8_t ram[RAM_BYTES], page[4096];
static struct transport_state kept;
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct virtqueue_chain chain;

static void write_config(struct virtio_device *device, unsigned int offset, unsigned int width, uint32_t value)
{
	uint8_t shown[256] = { 0 };

	if (offset >= 0x1000 - VIRTIO_MMIO_CONFIG || width > 4)
		abort();
	if (offset + width > sizeof(shown))
		return;
	memcpy(shown + offset, &value, width < 4 ? width : 4);
	transport_show_config(device, shown, sizeof(shown));
}

static const struct virtio_model model = { .device_id = 3, .out_of_order = true, .write_config = write_config };

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	if (bit != TRANSPORT_USED && bit != TRANSPORT_CONFIG)
		abort();
}

static void work(struct virtio_device *device)
{
	if (!transport_running(device))
		return;
	for (unsigned int q = 0; q < device->queues; q++) {
		for (unsigned int i = 0; i < 64 && virtqueue_pop(&device->queue[q], &chain); i++)
			virtqueue_push(&device->queue[q], chain.head, 0);
		virtqueue_wants_interrupt(&device->queue[q]);
	}
	transport_check(device);
}

/* Registers that a driver writes, most often; else any offset. */
static uint64_t offset_of(struct input *input)
{
	static const uint16_t usual[] = {
		VIRTIO_MMIO_STATUS,
		VIRTIO_MMIO_QUEUE_SEL,
		VIRTIO_MMIO_QUEUE_NUM,
		VIRTIO_MMIO_QUEUE_READY,
		VIRTIO_MMIO_QUEUE_DESC_LOW,
		VIRTIO_MMIO_QUEUE_DESC_HIGH,
		VIRTIO_MMIO_QUEUE_AVAIL_LOW,
		VIRTIO_MMIO_QUEUE_AVAIL_HIGH,
		VIRTIO_MMIO_QUEUE_USED_LOW,
		VIRTIO_MMIO_QUEUE_USED_HIGH,
		VIRTIO_MMIO_DRIVER_FEATURES,
		VIRTIO_MMIO_DRIVER_FEATURES_SEL,
		VIRTIO_MMIO_DEVICE_FEATURES_SEL,
		VIRTIO_MMIO_CONFIG,
		VIRTIO_MMIO_CONFIG + 1,
	};
	uint8_t choice = (uint8_t)input_take(input, 1);

	return choice < 0xe0 ? usual[choice % (sizeof(usual) / sizeof(usual[0]))] :
			       input_take(input, 2) & 0xfff; /* of one page */
}

static uint64_t value_of(struct input *input, uint64_t offset)
{
	if (offset >= VIRTIO_MMIO_QUEUE_DESC_LOW && offset <= VIRTIO_MMIO_QUEUE_USED_HIGH)
		return offset & 4 ? input_take(input, 1) / 128 : (uint32_t)input_address(input);
	return input_take(input, input_take(input, 1) < 0xe0 ? 1 : 4);
}

/* What every driver does first; the fuzzer goes on from there, or not. */
static void start_driver(struct virtio_device *device)
{
	static const struct {
		uint16_t offset;
		uint32_t value;
	} steps[] = {
		{ VIRTIO_MMIO_STATUS, 1 },
		{ VIRTIO_MMIO_STATUS, 3 },
		{ VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1 },
		{ VIRTIO_MMIO_DRIVER_FEATURES, 1 },
		{ VIRTIO_MMIO_STATUS, 11 },
		{ VIRTIO_MMIO_QUEUE_SEL, 1 },
		{ VIRTIO_MMIO_QUEUE_NUM, 8 },
		{ VIRTIO_MMIO_QUEUE_DESC_LOW, (uint32_t)RAM },
		{ VIRTIO_MMIO_QUEUE_AVAIL_LOW, (uint32_t)RAM + 0x1000 },
		{ VIRTIO_MMIO_QUEUE_USED_LOW, (uint32_t)RAM + 0x2000 },
		{ VIRTIO_MMIO_QUEUE_READY, 1 },
		{ VIRTIO_MMIO_STATUS, 15 },
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		transport_write(device, steps[i].offset, 4, steps[i].value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct virtio_device device = {
		.model = &model, .queues = 2, .memory = &memory, .state = &kept, .page = page, .interrupt = interrupt
	};
	struct input input = { data, bytes };

	memset(ram, 0, sizeof(ram));
	memset(page, 0, sizeof(page));
	memset(&kept, 0, sizeof(kept));
	transport_init(&device);
	if (input_take(&input, 1) & 1)
		start_driver(&device);
	while (input.left) {
		uint8_t what = (uint8_t)input_take(&input, 1);
		uint64_t offset;

		if (what < 0xa0) {
			offset = offset_of(&input);
			transport_write(&device, offset, what < 0x90 ? 4 : 1u << (what & 3), value_of(&input, offset));
		} else if (what < 0xe0) {
			ram[input_take(&input, 2) % RAM_BYTES] = (uint8_t)input_take(&input, 1);
		} else if (what < 0xf8) {
			work(&device);
		} else {
			memset(device.queue, 0, sizeof(device.queue));
			transport_init(&device);
		}
	}
	work(&device);
	return 0;
}
