// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * channels_kind.c - make a guest's channels, and end them.
 */
#include "console/channels.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void channels_close(struct channels *channels)
{
	for (unsigned int n = 0; n < channels->count; n++)
		channel_socket_close(&channels->channel[n].socket);
}

/* Return: 0, or -1; what is open counts. */
static int open_sockets(struct channels *channels, const struct endpoint *endpoint, const char *const *names,
			unsigned int count, struct error *err)
{
	char path[PATH_MAX];

	for (unsigned int n = 0; n < count; n++) {
		struct channel *channel = &channels->channel[n];

		if (!names[n] || strlen(names[n]) >= sizeof(channel->name))
			return error_set(err, ERROR_USAGE, "a channel's name must be shorter than %u characters",
					 CHANNEL_NAME);
		strcpy(channel->name, names[n]);
		channel->socket.changed = endpoint_run;
		channel->socket.context = (void *)endpoint;
		snprintf(path, sizeof(path), "%s/channel-%u.sock", endpoint->host->run_dir, n + 1);
		if (channel_socket_open(&channel->socket, endpoint->host->loop, path, err))
			return -1;
		channels->count++;
	}
	return 0;
}

struct channels *channels_add(struct endpoint *endpoint, const char *const *names, unsigned int count,
			      struct error *err)
{
	struct channels *channels = calloc(1, sizeof(*channels));

	if (!channels) {
		error_set(err, ERROR_RESOURCES, "channels: no memory");
		return NULL;
	}
	channels->device = &endpoint->device;
	if (!open_sockets(channels, endpoint, names, count, err)) {
		endpoint->work = channels_work;
		endpoint->context = channels;
		endpoint->device.queues = channels_queues(count);
		endpoint->device.features = CHANNELS_FEATURES;
		if (!endpoint_attach(endpoint, &channels_model, channels_show_config, err))
			return channels;
	}
	channels_close(channels);
	free(channels);
	return NULL;
}
