// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * channels_kind.c - a guest's channels: the device, and a socket for each.
 */
#include "console/channels.h"
#include "json.h"

#include <stdlib.h>
#include <string.h>

static void close_sockets(struct channels *channels)
{
	for (unsigned int n = 0; n < channels->count; n++)
		channel_socket_close(&channels->channel[n].socket);
}

static int open_channel(struct channels *channels, struct endpoint *endpoint, const char *name, int listener,
			struct error *err)
{
	struct channel *channel = &channels->channel[channels->count];

	if (!name || strlen(name) >= sizeof(channel->name))
		return error_set(err, ERROR_USAGE, "channels: a name must be shorter than %u characters", CHANNEL_NAME);
	strcpy(channel->name, name);
	channel->socket.on_change = endpoint_run;
	channel->socket.context = endpoint;
	if (channel_socket_open(&channel->socket, endpoint->host->loop, listener, err))
		return -1;
	channels->count++;
	return 0;
}

/* Return: 0, or -1; channels that are open count. */
static int open_channels(struct channels *channels, struct endpoint *endpoint, json_object *names,
			 const struct device_spec *spec, struct error *err)
{
	size_t count = json_object_array_length(names);

	if (count > CHANNELS_MAX)
		return error_set(err, ERROR_USAGE, "channels: a guest has %u at most", CHANNELS_MAX);
	if (count != spec->fd_count)
		return error_set(err, ERROR_USAGE, "channels: %zu names must have as many descriptors, not %u", count,
				 spec->fd_count);
	for (size_t n = 0; n < count; n++)
		if (open_channel(channels, endpoint, json_object_get_string(json_object_array_get_idx(names, n)),
				 spec->fds[n], err))
			return -1;
	return 0;
}

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	struct channels *channels;
	json_object *names = NULL;

	if (!json_object_object_get_ex(spec->json, "names", &names) || !json_object_is_type(names, json_type_array))
		return error_set(err, ERROR_USAGE, "channels: names must be a list");
	channels = calloc(1, sizeof(*channels));
	if (!channels)
		return error_set(err, ERROR_RESOURCES, "channels: out of memory");
	channels->device = &endpoint->device;
	if (!open_channels(channels, endpoint, names, spec, err)) {
		endpoint->work = channels_work;
		endpoint->context = channels;
		endpoint->device.queues = channels_queues(channels->count);
		endpoint->device.features = CHANNELS_FEATURES;
		if (!endpoint_attach(endpoint, &channels_model, channels_show_config, err))
			return 0;
	}
	close_sockets(channels);
	free(channels);
	return -1;
}

static void close_channels(struct endpoint *endpoint)
{
	channels_work(endpoint->context);
	close_sockets(endpoint->context);
}

const struct device_kind channels_kind = {
	.type = "channels",
	.fds_min = 1,
	.fds_max = CHANNELS_MAX,
	.single = true,
	.add = add,
	.close = close_channels,
};
