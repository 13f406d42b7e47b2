// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * channels.c - control messages, and data between queues and sockets.
 */
#include "console/channels.h"

#include <endian.h>
#include <linux/virtio_ids.h>
#include <string.h>

#define ROUNDS_MAX 64u /* buffers of a queue in one turn; then other work has its turn */

/* Bits of state->own: five of each port, and one of the device. It outlives vimo-dm, and a reset makes it zero. */
#define ADDED 1u       /* the driver got PORT_ADD, */
#define NAMED 2u       /* PORT_NAME, */
#define SENT_OPEN 4u   /* and PORT_OPEN: dom0's end is open */
#define READY 8u       /* the driver sent PORT_READY, */
#define GUEST_OPEN 16u /* and PORT_OPEN: a program of the guest has opened it */
#define PORT_BITS 5u
#define DRIVER_READY (1u << 31)
_Static_assert(CHANNELS_MAX *PORT_BITS < 31, "fits state->own");

static struct channels *channels_of(const struct virtio_device *device)
{
	return endpoint_of(device)->context;
}

/* Ports count from 1. */
static bool port_is(const struct channels *channels, unsigned int port, uint32_t bit)
{
	return channels->device->state->own & bit << (port - 1) * PORT_BITS;
}

static void port_set(struct channels *channels, unsigned int port, uint32_t bits, bool on)
{
	uint32_t *own = &channels->device->state->own;

	bits <<= (port - 1) * PORT_BITS;
	*own = on ? *own | bits : *own & ~bits;
}

static struct channel *channel_of(struct channels *channels, unsigned int port)
{
	return &channels->channel[port - 1];
}

static bool connected(struct channels *channels, unsigned int port)
{
	return channel_socket_connected(&channel_of(channels, port)->socket);
}

void channels_show_config(struct virtio_device *device)
{
	const struct virtio_console_config config = { .max_nr_ports = htole32(channels_of(device)->count + 1) };

	transport_show_config(device, &config, sizeof(config));
}

/* The event loop does requests under the lock: none touches the guest's memory now. */
static void drain(struct virtio_device *device)
{
	struct channels *channels = channels_of(device);

	for (unsigned int port = 1; port <= channels->count; port++) {
		struct channel *channel = channel_of(channels, port);

		if (channel->holds)
			split_unpop(&device->queue[channels_transmit(port)]);
		channel->holds = false;
	}
}

const struct virtio_model channels_model = {
	.device_id = VIRTIO_ID_CONSOLE,
	.drain = drain,
};

/* Used by the event loop, one chain at a time. */
static struct virtqueue_chain chain;

static void port_ready(struct channels *channels, unsigned int port, bool taken)
{
	port_set(channels, port, READY, taken);
	port_set(channels, port, NAMED, false);
	/* The opposite of the present state, so that the driver gets PORT_OPEN in any case. */
	port_set(channels, port, SENT_OPEN, taken && !connected(channels, port));
}

/* A message of the driver; any values. */
static void on_message(struct channels *channels, uint32_t port, uint16_t event, uint16_t value)
{
	bool known = port >= 1 && port <= channels->count;

	if (event == VIRTIO_CONSOLE_DEVICE_READY && value) {
		channels->device->state->own |= DRIVER_READY;
		for (port = 1; port <= channels->count; port++)
			port_set(channels, port, ADDED, false);
	} else if (event == VIRTIO_CONSOLE_PORT_READY && known) {
		port_ready(channels, port, value);
	} else if (event == VIRTIO_CONSOLE_PORT_OPEN && known) {
		port_set(channels, port, GUEST_OPEN, value);
	}
}

/* Return: whether there may be more. */
static bool receive_messages(struct channels *channels)
{
	struct virtqueue *queue = &channels->device->queue[CHANNELS_FROM_DRIVER];
	unsigned int rounds = 0;

	do {
		while (rounds++ < ROUNDS_MAX && virtqueue_pop(queue, &chain)) {
			struct virtio_console_control message;

			if (virtqueue_gather(&chain, 0, &message, sizeof(message)) >= sizeof(message))
				on_message(channels, le32toh(message.id), le16toh(message.event),
					   le16toh(message.value));
			virtqueue_push(queue, chain.head, 0);
		}
	} while (rounds < ROUNDS_MAX && virtqueue_rearm(queue));
	return rounds >= ROUNDS_MAX;
}

/* The next message to the driver about a port, and the bit that records it. Return: false: there is none. */
static bool next_event(struct channels *channels, unsigned int port, uint16_t *event, uint32_t *bit)
{
	if (channels->device->state->own & DRIVER_READY && !port_is(channels, port, ADDED)) {
		*event = VIRTIO_CONSOLE_PORT_ADD;
		*bit = ADDED;
	} else if (!port_is(channels, port, READY)) {
		return false;
	} else if (!port_is(channels, port, NAMED)) {
		*event = VIRTIO_CONSOLE_PORT_NAME;
		*bit = NAMED;
	} else {
		*event = VIRTIO_CONSOLE_PORT_OPEN;
		*bit = SENT_OPEN;
		return port_is(channels, port, SENT_OPEN) != connected(channels, port);
	}
	return true;
}

/* Send all messages about a port, as long as there are buffers. */
static void send_messages(struct channels *channels, unsigned int port)
{
	struct virtqueue *queue = &channels->device->queue[CHANNELS_TO_DRIVER];
	struct {
		struct virtio_console_control control;
		char name[CHANNEL_NAME];
	} message;
	uint16_t event;
	uint32_t bit;

	while (next_event(channels, port, &event, &bit)) {
		bool value = bit != SENT_OPEN || connected(channels, port);
		size_t bytes = sizeof(message.control);

		if (!virtqueue_pop(queue, &chain)) {
			if (virtqueue_rearm(queue))
				continue;
			return;
		}
		message.control.id = htole32(port);
		message.control.event = htole16(event);
		message.control.value = htole16(value);
		if (bit == NAMED) { /* with its NUL, as other hypervisors send it */
			size_t length = strlen(channel_of(channels, port)->name) + 1;

			memcpy(message.name, channel_of(channels, port)->name, length);
			bytes += length;
		}
		if (virtqueue_fill(&chain, &message, bytes) < bytes) {
			queue->broken = true;
			return;
		}
		virtqueue_push(queue, chain.head, (uint32_t)bytes);
		port_set(channels, port, bit,
			 value); /* if vimo-dm is killed before this, the next one sends it again */
	}
}

/* @bytes of the held segments were sent. */
static void advance(struct channel *channel, size_t bytes)
{
	struct virtqueue_chain *held = &channel->held;

	for (; channel->sent < held->readable; channel->sent++) {
		struct iovec *segment = &held->iov[channel->sent];
		size_t part = segment->iov_len < bytes ? segment->iov_len : bytes;

		segment->iov_base = (uint8_t *)segment->iov_base + part;
		segment->iov_len -= part;
		bytes -= part;
		if (segment->iov_len)
			return;
	}
}

/* Output of the guest; without a client it is dropped. Return: whether there may be more that can be sent now. */
static bool transmit(struct channel *channel, struct virtqueue *queue)
{
	for (unsigned int rounds = 0; rounds < ROUNDS_MAX; rounds++) {
		if (!channel->holds && !virtqueue_pop(queue, &channel->held)) {
			if (virtqueue_rearm(queue))
				continue;
			return false;
		}
		if (!channel->holds)
			channel->sent = 0;
		channel->holds = true;
		advance(channel, channel_socket_send(&channel->socket, channel->held.iov + channel->sent,
						     channel->held.readable - channel->sent));
		if (channel->sent < channel->held.readable)
			return false; /* the guest waits for the client */
		channel->holds = false;
		virtqueue_push(queue, channel->held.head, 0);
	}
	return true;
}

/* Input for the guest. Return: whether there may be more. */
static bool receive(struct channel *channel, struct virtqueue *queue)
{
	struct channel_socket *socket = &channel->socket;
	unsigned int rounds = 0;

	do {
		while (socket->input_used && rounds++ < ROUNDS_MAX && virtqueue_pop(queue, &chain)) {
			size_t bytes = virtqueue_fill(&chain, socket->input, socket->input_used);

			if (!bytes) {
				queue->broken = true;
				return false;
			}
			virtqueue_push(queue, chain.head, (uint32_t)bytes);
			channel_socket_drop(socket, bytes);
		}
	} while (socket->input_used && rounds < ROUNDS_MAX && virtqueue_rearm(queue));
	return rounds >= ROUNDS_MAX;
}

/* Output of a driver without VIRTIO_CONSOLE_F_MULTIPORT. */
static void discard(struct virtqueue *queue)
{
	for (unsigned int rounds = 0; rounds < ROUNDS_MAX && virtqueue_pop(queue, &chain); rounds++)
		virtqueue_push(queue, chain.head, 0);
	virtqueue_rearm(queue);
}

static bool serve(struct channels *channels)
{
	struct virtio_device *device = channels->device;
	bool more = receive_messages(channels), notify = false;

	discard(&device->queue[CHANNELS_UNUSED]);
	for (unsigned int port = 1; port <= channels->count; port++) {
		struct channel *channel = channel_of(channels, port);

		more |= transmit(channel, &device->queue[channels_transmit(port)]);
		if (port_is(channels, port, GUEST_OPEN))
			more |= receive(channel, &device->queue[channels_receive(port)]);
		send_messages(channels, port);
	}
	for (unsigned int queue = 0; queue < device->queues; queue++)
		notify |= virtqueue_should_notify(&device->queue[queue]);
	if (notify)
		device->interrupt(device, TRANSPORT_USED);
	transport_check(device);
	return more;
}

/* Return: whether that made more to do. */
static bool settle(struct channels *channels)
{
	bool more = false;

	for (unsigned int port = 1; port <= channels->count; port++) {
		struct channel_socket *socket = &channel_of(channels, port)->socket;
		bool was = channel_socket_connected(socket);

		/* The next client is accepted when the guest knows that the last one has disconnected. */
		more |= channel_socket_settle(socket, !port_is(channels, port, SENT_OPEN),
					      port_is(channels, port, GUEST_OPEN));
		more |= was && !channel_socket_connected(socket);
	}
	return more;
}

bool channels_work(void *context)
{
	struct channels *channels = context;
	struct virtio_device *device = channels->device;
	bool more = false;

	pthread_mutex_lock(&device->lock);
	if (transport_running(device))
		more = serve(channels);
	more |= settle(channels);
	pthread_mutex_unlock(&device->lock);
	return more;
}
