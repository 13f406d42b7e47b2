// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user_net.c - the back end "vhost-user": a switch at the other end of a socket serves the
 * guest's queues in the guest's memory. When the switch disconnects, the link is down until vimod makes another
 * switch link, which the status asks vimod for.
 *
 * Threads send requests to the switch under the device's lock; a switch that does not answer is disconnected. Only the
 * event loop closes a connection.
 */
#include "host/status.h"
#include "host/vhost.h"
#include "host/vhost_user.h"
#include "net/net.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Features that a switch may have; vimo-dm serves the control queue. */
#define OFFERED (NET_TAP_FEATURES & ~(1ull << VIRTIO_NET_F_CTRL_GUEST_OFFLOADS))
#define F_PROTOCOL_FEATURES (1ull << 30)

enum { RECEIVE, TRANSMIT, QUEUES };

struct switch_link {
	int socket; /* -1: there is no connection */
	bool cut;   /* it is shut down, and the event loop will close it */
	bool begun; /* the switch has this driver's features and memory */
	uint64_t features;
	uv_poll_t *poll;
};

static struct virtio_device *device_of(const struct net *net)
{
	return &net->endpoint->device;
}

static void request_link(const struct net *net)
{
	status_link(net->endpoint->host->status, net->endpoint->slot, true);
}

static void cancel_link_request(const struct net *net)
{
	status_link(net->endpoint->host->status, net->endpoint->slot, false);
}

static void poll_closed(uv_handle_t *handle)
{
	free(handle);
}

/* Context: the event loop, with the lock. */
static void disconnect(struct net *net)
{
	struct switch_link *link = net->link;

	if (link->poll)
		uv_close((uv_handle_t *)link->poll, poll_closed);
	link->poll = NULL;
	if (link->socket >= 0)
		close(link->socket);
	if (link->socket == net->socket_fd)
		net->socket_fd = -1;
	link->socket = -1;
	link->cut = link->begun = false;
	for (unsigned int i = 0; i < net->pairs; i++)
		net->pair[i].running = false;
	net_set_link(net, false);
}

static void on_hang_up(uv_poll_t *poll, int status, int events)
{
	struct net *net = poll->data;

	(void)status;
	(void)events;
	pthread_mutex_lock(&device_of(net)->lock);
	disconnect(net);
	net_log_failure(net, "its link is down", "the switch closed the connection");
	pthread_mutex_unlock(&device_of(net)->lock);
	request_link(net);
}

/* Context: with the lock. The event loop sees the shutdown and disconnects. */
static void cut(struct net *net, const struct error *err)
{
	net_log_failure(net, "its switch", err->text);
	net->link->cut = true;
	shutdown(net->link->socket, SHUT_RDWR);
}

/* Negotiate with the switch at @fd. Return: 0, with its @features, or -1. */
static int shake_hands(const struct net *net, int fd, uint64_t *features, struct error *err)
{
	uint64_t pairs = 0;

	*features = OFFERED | VHOST_RING_FEATURES;
	if (vhost_user_open(fd, features, err) || vhost_user_pairs(fd, &pairs, err))
		return -1;
	if (VHOST_RING_FEATURES & ~*features)
		return error_set(err, ERROR_FAILED, "the switch lacks features of rings: 0x%llx",
				 (unsigned long long)(VHOST_RING_FEATURES & ~*features));
	if (pairs < net->pairs)
		return error_set(err, ERROR_FAILED, "the switch serves %llu pairs of queues, not %u",
				 (unsigned long long)pairs, net->pairs);
	return 0;
}

/* Context: the event loop. @fd is taken over on success. */
static int take_connection(struct net *net, int fd, uint64_t features, struct error *err)
{
	struct switch_link *link = net->link;
	uv_poll_t *poll = calloc(1, sizeof(*poll));

	if (!poll || uv_poll_init(net->endpoint->host->loop, poll, fd)) {
		free(poll);
		return error_set(err, ERROR_RESOURCES, "network: out of memory");
	}
	/* libuv made it non-blocking; each call has its time limit. */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	poll->data = net;
	uv_poll_start(poll, UV_DISCONNECT, on_hang_up);
	link->poll = poll;
	link->socket = fd;
	link->features = features;
	net->features = features & OFFERED;
	net->down = false;
	return 0;
}

static int begin(struct net *net, struct error *err)
{
	const struct guest_memory *memory = device_of(net)->memory;
	const struct vhost_user_region region = { memory->ipa, memory->bytes, memory->base, net->memory_fd };
	uint64_t taken = device_of(net)->state->driver_features & (OFFERED | VHOST_RING_FEATURES);

	if (taken & ~net->link->features)
		return error_set(err, ERROR_FAILED, "it lacks features that the guest's driver accepted: 0x%llx",
				 (unsigned long long)(taken & ~net->link->features));
	return vhost_user_begin(net->link->socket, taken | F_PROTOCOL_FEATURES, &region, 1, err);
}

static int start_queue(const struct net_pair *pair, unsigned int which, struct error *err)
{
	const struct endpoint *endpoint = pair->net->endpoint;
	const unsigned int index = 2 * pair->index + which;
	const struct virtqueue *queue = &endpoint->device.queue[index];
	/* Buffers come back in order, so the switch goes on from the used index. */
	const struct vhost_user_ring ring = {
		.index = index,
		.size = queue->size,
		.desc = queue->split.desc,
		.avail = queue->split.avail,
		.used = queue->split.used,
		.base = split_used_index(queue),
		.kick = endpoint->kick[index],
		/* The interrupt for sent packets can wait until the guest runs anyway. */
		.call = endpoint_call(endpoint, which == TRANSMIT ? TRANSPORT_USED_LATER : TRANSPORT_USED),
	};

	return vhost_user_start_ring(pair->net->link->socket, &ring, err);
}

static int start(struct net_pair *pair)
{
	struct net *net = pair->net;
	struct switch_link *link = net->link;
	struct error err;

	if (link->socket < 0 || link->cut || pair->running)
		return 0;
	if (!link->begun && begin(net, &err)) {
		cut(net, &err);
		return 0;
	}
	link->begun = true;
	if (start_queue(pair, RECEIVE, &err) || start_queue(pair, TRANSMIT, &err)) {
		cut(net, &err);
		return 0;
	}
	pair->running = true;
	/* Doorbells may have rung before the switch watched them. */
	endpoint_kick(net->endpoint, 2 * pair->index + RECEIVE);
	endpoint_kick(net->endpoint, 2 * pair->index + TRANSMIT);
	return 0;
}

static void stop(struct net_pair *pair)
{
	struct net *net = pair->net;
	struct error err;

	for (unsigned int which = 0; which < QUEUES && pair->running && !net->link->cut; which++)
		if (vhost_user_stop_ring(net->link->socket, 2 * pair->index + which, &err))
			cut(net, &err);
	pair->running = false;
	if (!pair->index)
		net->link->begun = false; /* the next driver may accept other features */
}

static int open_switch(struct net_pair *pair, struct error *err)
{
	struct net *net = pair->net;
	uint64_t features;
	struct error why;

	if (pair->index)
		return 0;
	net->link = calloc(1, sizeof(*net->link));
	if (!net->link)
		return error_set(err, ERROR_RESOURCES, "network: out of memory");
	net->link->socket = -1;
	if (net->socket_fd >= 0 && !shake_hands(net, net->socket_fd, &features, &why) &&
	    !take_connection(net, net->socket_fd, features, &why)) {
		cancel_link_request(net);
		return 0;
	}
	/* The driver keeps the features that it accepted from the previous vimo-dm. */
	net->features = device_of(net)->state->driver_features & OFFERED;
	net->down = true;
	net_log_failure(net, "its link is down", net->socket_fd >= 0 ? why.text : "there is no switch yet");
	if (net->socket_fd >= 0)
		shutdown(net->socket_fd, SHUT_RDWR); /* removed() closes it */
	request_link(net);
	return 0;
}

static void close_switch(struct net_pair *pair)
{
	struct net *net = pair->net;

	if (pair->index || !net->link)
		return;
	if (net->link->poll)
		uv_close((uv_handle_t *)net->link->poll, poll_closed);
	if (net->link->socket >= 0 && net->link->socket != net->socket_fd)
		close(net->link->socket);
	cancel_link_request(net);
	free(net->link);
}

static int reconnect(struct endpoint *endpoint, int fd, struct error *err)
{
	struct net *net = endpoint->context;
	struct virtio_device *device = device_of(net);
	uint64_t features;
	int result;

	if (shake_hands(net, fd, &features, err))
		return -1;
	pthread_mutex_lock(&device->lock);
	disconnect(net);
	result = take_connection(net, fd, features, err);
	if (!result) {
		device->features = net_features(net);
		net->down = true; /* as the driver was shown */
		net_set_link(net, true);
		if (transport_running(device))
			net_serve_pairs(net);
	}
	pthread_mutex_unlock(&device->lock);
	if (!result)
		cancel_link_request(net);
	return result;
}

const struct net_backend net_vhost_user = {
	.name = "vhost-user",
	.pairs_max = NET_PAIRS,
	.features = OFFERED,
	.open = open_switch,
	.start = start,
	.stop = stop,
	.close = close_switch,
	.reconnect = reconnect,
};
