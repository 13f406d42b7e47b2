// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * input.c - events of keys; the device's description in its configuration space.
 */
#include "input/input.h"

#include <endian.h>
#include <linux/input-event-codes.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <stddef.h>
#include <string.h>

#define BUS_VIRTUAL 0x06 /* linux/input.h */

static const char name[] = "ViMo-S power button";

/* The answer to @select and @subsel (5.8.4); its size, 0 for what the device does not have. */
static uint8_t answer(uint8_t select, uint8_t subsel, uint8_t *bytes)
{
	const struct virtio_input_devids ids = { .bustype = htole16(BUS_VIRTUAL) };

	if (select == VIRTIO_INPUT_CFG_ID_NAME && !subsel) {
		memcpy(bytes, name, sizeof(name) - 1);
		return sizeof(name) - 1;
	}
	if (select == VIRTIO_INPUT_CFG_ID_DEVIDS && !subsel) {
		memcpy(bytes, &ids, sizeof(ids));
		return sizeof(ids);
	}
	if (select == VIRTIO_INPUT_CFG_EV_BITS && subsel == EV_KEY)
		return keys_bitmap(bytes);
	return 0;
}

static void write_config(struct virtio_device *device, unsigned int offset, unsigned int width, uint32_t value)
{
	struct virtio_input_config config = { 0 };

	transport_read_config(device, &config, offsetof(struct virtio_input_config, u));
	if (width == 1 && offset == offsetof(struct virtio_input_config, select))
		config.select = (uint8_t)value;
	else if (width == 1 && offset == offsetof(struct virtio_input_config, subsel))
		config.subsel = (uint8_t)value;
	else
		return; /* all else is read only */
	config.size = answer(config.select, config.subsel, config.u.bitmap);
	transport_show_config(device, &config, sizeof(config));
}

const struct virtio_model input_model = {
	.device_id = VIRTIO_ID_INPUT,
	.write_config = write_config,
};

/* One at a time: the event loop's. */
static struct virtqueue_chain chain;

static void send_events(struct input *input, struct virtqueue *queue)
{
	unsigned int sent = 0;

	do {
		while (sent < input->count && virtqueue_pop(queue, &chain)) {
			const struct virtio_input_event *event = &input->pending[sent++];

			virtqueue_push(queue, chain.head, (uint32_t)virtqueue_fill(&chain, event, sizeof(*event)));
		}
	} while (sent < input->count && virtqueue_rearm(queue));
	input->count -= sent;
	memmove(input->pending, input->pending + sent, input->count * sizeof(input->pending[0]));
}

/* Status events are for lamps and sounds, which the device does not have. */
static void drop_status(struct virtqueue *queue)
{
	unsigned int rounds = 0;

	do {
		while (rounds++ < VIRTQUEUE_SIZE_MAX && virtqueue_pop(queue, &chain))
			virtqueue_push(queue, chain.head, 0);
	} while (rounds < VIRTQUEUE_SIZE_MAX && virtqueue_rearm(queue));
}

bool input_work(void *context)
{
	struct input *input = context;
	struct virtio_device *device = input->device;
	bool notify;

	pthread_mutex_lock(&device->lock);
	if (transport_running(device)) {
		send_events(input, &device->queue[INPUT_EVENTS]);
		drop_status(&device->queue[INPUT_STATUS]);
		notify = virtqueue_should_notify(&device->queue[INPUT_EVENTS]);
		notify |= virtqueue_should_notify(&device->queue[INPUT_STATUS]);
		if (notify)
			device->interrupt(device, TRANSPORT_USED);
		transport_check(device);
	} else {
		input->count = 0; /* they were for a driver that has ended */
	}
	pthread_mutex_unlock(&device->lock);
	return false;
}

static void put(struct input *input, uint16_t type, uint16_t code, uint32_t value)
{
	input->pending[input->count++] = (struct virtio_input_event){
		.type = htole16(type),
		.code = htole16(code),
		.value = htole32(value),
	};
}

bool input_press(struct input *input, const struct key_event *events, unsigned int count)
{
	bool running;

	pthread_mutex_lock(&input->device->lock);
	running = transport_running(input->device);
	pthread_mutex_unlock(&input->device->lock);
	/* A driver that takes no events has them dropped: there must be an end to them. */
	if (!running || input->count + 2 * count > INPUT_PENDING_MAX)
		return running;
	for (unsigned int n = 0; n < count; n++) {
		put(input, EV_KEY, events[n].code, events[n].down);
		put(input, EV_SYN, SYN_REPORT, 0);
	}
	input_work(input);
	return true;
}
