// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_transport.c - a hostile driver against a device that does nothing but
 * give buffers back, later ones first, and has its configuration written to.
 */
#include "driver.h"

#include <linux/virtio_mmio.h>
#include <stdlib.h>

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
static struct virtio_device device = { .model = &model, .queues = 2 };

static void use(const struct virtqueue_chain *taken)
{
	for (unsigned int i = 0; i < taken->readable + taken->writable; i++)
		fuzz_touch(taken->iov[i].iov_base, taken->iov[i].iov_len);
}

static void work(void)
{
	uint16_t held[4], count;

	if (!transport_running(&device))
		return;
	for (unsigned int q = 0; q < device.queues; q++) {
		for (unsigned int i = 0; i < 16; i++) {
			for (count = 0; count < 4 && virtqueue_pop(&device.queue[q], &chain); count++) {
				use(&chain);
				held[count] = chain.head;
			}
			/* One buffer stays in flight for the next vimo-dm. */
			while (count-- > (i == 2))
				virtqueue_push(&device.queue[q], held[count], 0);
		}
		virtqueue_should_notify(&device.queue[q]);
	}
	transport_check(&device);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct fuzz_device fuzzed = { .device = &device, .work = work, .packed = true };
	struct fuzz_input input = { data, bytes };

	fuzz_drive(&fuzzed, &input);
	return 0;
}
