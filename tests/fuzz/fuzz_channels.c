// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_channels.c - a hostile driver of channels; clients that come and go, send
 * something or not, and take as much as they like.
 */
#include "console/channels.h"
#include "driver.h"

#include <stdlib.h>

#define COUNT 2u

static struct endpoint endpoint;
static struct channels channels;

/* A socket's client and room are the fuzzer's: socket->polled has how many bytes go out before it is full. */
bool channel_socket_connected(const struct channel_socket *socket)
{
	return socket->client >= 0;
}

size_t channel_socket_send(struct channel_socket *socket, const struct iovec *iov, unsigned int count)
{
	size_t bytes = 0;

	for (unsigned int n = 0; n < count; n++) {
		fuzz_touch(iov[n].iov_base, iov[n].iov_len);
		bytes += iov[n].iov_len;
	}
	if (socket->client < 0)
		return bytes;
	if (bytes > (size_t)socket->polled)
		bytes = (size_t)socket->polled;
	socket->polled -= (int)bytes;
	return bytes;
}

void channel_socket_drop(struct channel_socket *socket, size_t bytes)
{
	if (bytes > socket->input_used)
		abort();
	socket->input_used -= bytes;
}

bool channel_socket_settle(struct channel_socket *socket, bool accept, bool wanted)
{
	if (socket->client < 0)
		socket->accepts = accept;
	if (socket->deaf && (!wanted || !socket->input_used)) {
		socket->client = -1;
		socket->deaf = false;
		socket->input_used = 0;
	}
	return false;
}

static void begin(bool first)
{
	(void)first;
	memset(endpoint.device.queue, 0, sizeof(endpoint.device.queue));
	channels.device = &endpoint.device;
	channels.count = COUNT;
	endpoint.context = &channels;
	for (unsigned int n = 0; n < COUNT; n++) {
		struct channel *channel = &channels.channel[n];

		strcpy(channel->name, "org.vimo.fuzz");
		channel->holds = false;
		channel->socket.client = -1;
		channel->socket.accepts = channel->socket.deaf = false;
		channel->socket.input_used = 0;
	}
	channels_show_config(&endpoint.device);
}

static void work(void)
{
	for (unsigned int n = 0; n < 64 && channels_work(&channels); n++)
		if (n == 63)
			abort(); /* it would never come to rest */
}

static void client_event(struct fuzz_input *input)
{
	struct channel_socket *socket = &channels.channel[input_take(input, 1) % COUNT].socket;
	uint8_t what = (uint8_t)input_take(input, 1);

	if (socket->client < 0 && socket->accepts)
		socket->client = 1;
	else if (what & 1)
		socket->deaf = socket->client >= 0;
	socket->polled = what * 8;
	if (socket->client >= 0 && what & 2)
		socket->input_used = what * 16u;
}

/* A message that the driver may send, or anything. */
static void event(struct fuzz_input *input)
{
	uint8_t what = (uint8_t)input_take(input, 1);
	struct virtio_console_control message = { .id = 1 + (what & 1),
						  .event = what >> 1 & 7,
						  .value = what >> 4 & 1 };

	if (what < 0x80) {
		client_event(input);
	} else {
		if (what >= 0xf0)
			message.id = (uint32_t)input_take(input, 4);
		fuzz_send(&endpoint.device, CHANNELS_FROM_DRIVER, &message, sizeof(message));
	}
	work();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct fuzz_device fuzzed = {
		.device = &endpoint.device, .work = work, .event = event, .begin = begin, .forged = true
	};
	struct fuzz_input input = { data, bytes };

	endpoint.device.model = &channels_model;
	endpoint.device.features = CHANNELS_FEATURES;
	endpoint.device.queues = channels_queues(COUNT);
	fuzz_drive(&fuzzed, &input);
	return 0;
}
