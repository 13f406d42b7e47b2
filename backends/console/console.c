// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console.c - move bytes between a console's queues and its hub.
 */
#include "console/console.h"

#include <endian.h>
#include <linux/virtio_ids.h>
#include <string.h>

#define OUTPUT_MAX 65536u /* of one buffer; the rest is dropped, since drivers use small buffers */
#define ROUNDS_MAX 512u   /* buffers in one turn; then other work has its turn */

const struct virtio_model console_model = {
	.device_id = VIRTIO_ID_CONSOLE,
};

/* Used by the event loop, one chain at a time. */
static struct virtqueue_chain chain;

static void transmit_chain(struct hub *hub)
{
	size_t left = OUTPUT_MAX;

	for (unsigned int i = 0; i < chain.readable && left; i++) {
		size_t bytes = chain.iov[i].iov_len < left ? chain.iov[i].iov_len : left;

		hub_write(hub, chain.iov[i].iov_base, bytes);
		left -= bytes;
	}
}

/* Return: whether there may be more output. */
static bool transmit(struct virtqueue *queue, struct hub *hub)
{
	unsigned int rounds = 0;

	do {
		while (rounds++ < ROUNDS_MAX && virtqueue_pop(queue, &chain)) {
			hub_begin(hub, queue->used_idx);
			transmit_chain(hub);
			virtqueue_push(queue, chain.head, 0);
			hub_end(hub);
		}
	} while (rounds < ROUNDS_MAX && virtqueue_rearm(queue));
	return rounds >= ROUNDS_MAX;
}

static bool receive(struct virtqueue *queue, struct hub *hub)
{
	unsigned int rounds = 0;

	do {
		while (hub->input_used && rounds++ < ROUNDS_MAX && virtqueue_pop(queue, &chain)) {
			size_t bytes = 0;

			for (unsigned int i = 0; i < chain.writable; i++) {
				const struct iovec *segment = &chain.iov[chain.readable + i];

				bytes += hub_take(hub, segment->iov_base, segment->iov_len);
			}
			virtqueue_push(queue, chain.head, (uint32_t)bytes);
		}
	} while (hub->input_used && rounds < ROUNDS_MAX && virtqueue_rearm(queue));
	return rounds >= ROUNDS_MAX;
}

bool console_work(struct virtio_device *device, struct hub *hub)
{
	bool more = false, notify;

	pthread_mutex_lock(&device->lock);
	if (transport_running(device)) {
		more = transmit(&device->queue[CONSOLE_TRANSMIT], hub);
		more |= receive(&device->queue[CONSOLE_RECEIVE], hub);
		notify = virtqueue_should_notify(&device->queue[CONSOLE_TRANSMIT]);
		notify |= virtqueue_should_notify(&device->queue[CONSOLE_RECEIVE]);
		if (notify)
			device->interrupt(device, TRANSPORT_USED);
		transport_check(device);
	}
	pthread_mutex_unlock(&device->lock);
	return more;
}

void console_resize(struct virtio_device *device, uint16_t cols, uint16_t rows)
{
	const uint16_t size[] = { htole16(cols), htole16(rows) }; /* as struct virtio_console_config begins */
	uint16_t old[2];

	pthread_mutex_lock(&device->lock);
	transport_read_config(device, old, sizeof(old));
	if (memcmp(old, size, sizeof(size))) {
		transport_show_config(device, size, sizeof(size));
		transport_config_changed(device);
	}
	pthread_mutex_unlock(&device->lock);
}
