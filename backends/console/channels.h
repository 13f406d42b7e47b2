/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channels.h - a VirtIO console device of many ports (VirtIO 1.2, 5.3): named
 * streams between programs of the guest and of dom0. A Linux guest shows them as
 * /dev/virtio-ports/NAME.
 *
 * state->own holds the messages that the driver got and sent. The next message to the driver follows from that:
 * vimo-dm queues no messages.
 *
 * Lock: device->lock for struct channel; its socket belongs to the event loop.
 */
#ifndef CONSOLE_CHANNELS_H
#define CONSOLE_CHANNELS_H

#include "console/channel_socket.h"
#include "host/endpoint.h"

#include <linux/virtio_console.h>

/* Channels begin at port 1: drivers use port 0 as a console. */
#define CHANNELS_MAX 6u
#define CHANNEL_NAME 64u
#define CHANNELS_FEATURES (1ull << VIRTIO_CONSOLE_F_MULTIPORT)

/* Queues: two of port 0, two for control messages, then two of each port. */
enum { CHANNELS_UNUSED = 1, CHANNELS_TO_DRIVER = 2, CHANNELS_FROM_DRIVER = 3 };
static inline unsigned int channels_receive(unsigned int port)
{
	return 2 + 2 * port;
}
static inline unsigned int channels_transmit(unsigned int port)
{
	return 3 + 2 * port;
}
static inline unsigned int channels_queues(unsigned int count)
{
	return 4 + 2 * count;
}

struct channel {
	char name[CHANNEL_NAME];
	struct channel_socket socket;
	struct virtqueue_chain held; /* output that the client did not take yet */
	unsigned int sent;           /* number of held's segments that are sent */
	bool holds;
};

struct channels {
	struct virtio_device *device;
	unsigned int count;
	struct channel channel[CHANNELS_MAX]; /* ports 1, 2 ... */
};

extern const struct virtio_model channels_model;
extern const struct device_kind channels_kind; /* channels_kind.c; it has a descriptor for each name: its listener */

/** channels_show_config() - show the configuration space. */
void channels_show_config(struct virtio_device *device);
/** channels_work() - move messages and data. Context: event loop, lock not held. Return: whether to be called again.
 */
bool channels_work(void *channels);

#endif
