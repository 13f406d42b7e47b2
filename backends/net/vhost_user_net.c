// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_user_net.c - the back end "vhost-user": a switch at the other end of a socket serves the
 * guest's queues in the guest's memory. When it goes, the link is down until vimod gives us another
 * connection. link-SLOT.down in our directory says to vimod that one is wanted.
 *
 * Who holds the device's lock talks to the switch; one that does not answer is cut off. The event
 * loop sees the end of a connection, and only it closes one.
 */
#include "host/vhost.h"
#include "host/vhost_user.h"
#include "net/net.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a switch may do; the control queue is ours. */
#define OFFERED (NET_TAP_FEATURES & ~(1ull << VIRTIO_NET_F_CTRL_GUEST_OFFLOADS))
#define F_PROTOCOL_FEATURES (1ull << 30)

enum { RECEIVE, TRANSMIT, QUEUES };

struct net_switch {
	int socket; /* -1: there is none */
	bool cut;   /* it is of no use any more: the event loop is about to close it */
	bool begun; /* it knows features and memory, as this driver took them */
	uint64_t features;
	uv_poll_t *poll;
};

static struct virtio_device *device_of(const struct net *net)
{
	return &net->endpoint->device;
}

static void link_path(const struct net *net, const char *kind, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/link-%u.%s", net->endpoint->host->run_dir, net->endpoint->slot, kind);
}

/* By rename(): that is what vimod looks for. */
static void want_connection(const struct net *net)
{
	char path[PATH_MAX], made[PATH_MAX];
	int fd;

	link_path(net, "down", path);
	link_path(net, "new", made);
	fd = open(made, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		close(fd);
	if (fd < 0 || rename(made, path))
		log_error("network in slot %u: %s: %s: its link stays down", net->endpoint->slot, path,
			  strerror(errno));
}

static void have_connection(const struct net *net)
{
	char path[PATH_MAX];

	link_path(net, "down", path);
	unlink(path);
}

static void poll_closed(uv_handle_t *handle)
{
	free(handle);
}

/* With the lock, in the event loop. */
static void disconnect(struct net *net)
{
	struct net_switch *other = net->other;

	if (other->poll)
		uv_close((uv_handle_t *)other->poll, poll_closed);
	other->poll = NULL;
	if (other->socket >= 0)
		close(other->socket);
	if (other->socket == net->socket_fd)
		net->socket_fd = -1;
	other->socket = -1;
	other->cut = other->begun = false;
	for (unsigned int i = 0; i < net->pairs; i++)
		net->pair[i].running = false;
	net_set_link(net, false);
}

static void hung_up(uv_poll_t *poll, int status, int events)
{
	struct net *net = poll->data;

	(void)status;
	(void)events;
	pthread_mutex_lock(&device_of(net)->lock);
	disconnect(net);
	net_complain(net, "its link is down", "the switch closed the connection");
	pthread_mutex_unlock(&device_of(net)->lock);
	want_connection(net);
}

/* With the lock; the event loop sees it and does the rest. */
static void cut(struct net *net, const struct error *err)
{
	net_complain(net, "its switch", err->text);
	net->other->cut = true;
	shutdown(net->other->socket, SHUT_RDWR);
}

/* Talk to who is at @fd. Return: 0 with what it can do, or -1. */
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

/* In the event loop; takes @fd over on success. */
static int take_connection(struct net *net, int fd, uint64_t features, struct error *err)
{
	struct net_switch *other = net->other;
	uv_poll_t *poll = calloc(1, sizeof(*poll));

	if (!poll || uv_poll_init(net->endpoint->host->loop, poll, fd)) {
		free(poll);
		return error_set(err, ERROR_RESOURCES, "network: no memory");
	}
	/* libuv made it non-blocking; each call has its time limit. */
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
	poll->data = net;
	uv_poll_start(poll, UV_DISCONNECT, hung_up);
	other->poll = poll;
	other->socket = fd;
	other->features = features;
	net->features = features & OFFERED;
	net->down = false;
	return 0;
}

static int begin(struct net *net, struct error *err)
{
	const struct guest_memory *memory = device_of(net)->memory;
	const struct vhost_user_region region = { memory->ipa, memory->bytes, memory->base, net->memory_fd };
	uint64_t taken = device_of(net)->state->driver_features & (OFFERED | VHOST_RING_FEATURES);

	if (taken & ~net->other->features)
		return error_set(err, ERROR_FAILED, "it lacks features that the guest's driver took: 0x%llx",
				 (unsigned long long)(taken & ~net->other->features));
	return vhost_user_begin(net->other->socket, taken | F_PROTOCOL_FEATURES, &region, 1, err);
}

static int start_queue(const struct net_pair *pair, unsigned int which, struct error *err)
{
	const struct endpoint *endpoint = pair->net->endpoint;
	const unsigned int index = 2 * pair->index + which;
	const struct virtqueue *queue = &endpoint->device.queue[index];
	/* Buffers come back in order: the used index tells where to go on, whoever died. */
	const struct vhost_user_ring ring = {
		.index = index,
		.size = queue->size,
		.desc = queue->split.desc,
		.avail = queue->split.avail,
		.used = queue->split.used,
		.base = split_used_index(queue),
		.kick = endpoint->kick[index],
		/* That packets have left can wait until the guest runs anyway. */
		.call = endpoint_call(endpoint, which == TRANSMIT ? TRANSPORT_USED_LATER : TRANSPORT_USED),
	};

	return vhost_user_start_ring(pair->net->other->socket, &ring, err);
}

static int start(struct net_pair *pair)
{
	struct net *net = pair->net;
	struct net_switch *other = net->other;
	struct error err;

	if (other->socket < 0 || other->cut || pair->running)
		return 0;
	if (!other->begun && begin(net, &err)) {
		cut(net, &err);
		return 0;
	}
	other->begun = true;
	if (start_queue(pair, RECEIVE, &err) || start_queue(pair, TRANSMIT, &err)) {
		cut(net, &err);
		return 0;
	}
	pair->running = true;
	/* Doorbells may have rung before it looked. */
	endpoint_kick(net->endpoint, 2 * pair->index + RECEIVE);
	endpoint_kick(net->endpoint, 2 * pair->index + TRANSMIT);
	return 0;
}

static void stop(struct net_pair *pair)
{
	struct net *net = pair->net;
	struct error err;

	for (unsigned int which = 0; which < QUEUES && pair->running && !net->other->cut; which++)
		if (vhost_user_stop_ring(net->other->socket, 2 * pair->index + which, &err))
			cut(net, &err);
	pair->running = false;
	if (!pair->index)
		net->other->begun = false; /* the next driver may take other features */
}

static int open_switch(struct net_pair *pair, struct error *err)
{
	struct net *net = pair->net;
	uint64_t features;
	struct error why;

	if (pair->index)
		return 0;
	net->other = calloc(1, sizeof(*net->other));
	if (!net->other)
		return error_set(err, ERROR_RESOURCES, "network: no memory");
	net->other->socket = -1;
	if (net->socket_fd >= 0 && !shake_hands(net, net->socket_fd, &features, &why) &&
	    !take_connection(net, net->socket_fd, features, &why)) {
		have_connection(net);
		return 0;
	}
	/* What a driver took from our predecessor stays. */
	net->features = device_of(net)->state->driver_features & OFFERED;
	net->down = true;
	net_complain(net, "its link is down", net->socket_fd >= 0 ? why.text : "there is no switch yet");
	if (net->socket_fd >= 0)
		shutdown(net->socket_fd, SHUT_RDWR); /* it is closed by who owns it */
	want_connection(net);
	return 0;
}

static void close_switch(struct net_pair *pair)
{
	struct net *net = pair->net;

	if (pair->index || !net->other)
		return;
	if (net->other->poll)
		uv_close((uv_handle_t *)net->other->poll, poll_closed);
	if (net->other->socket >= 0 && net->other->socket != net->socket_fd)
		close(net->other->socket);
	have_connection(net); /* none is wanted */
	free(net->other);
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
		net->down = true; /* what the driver was told */
		net_set_link(net, true);
		if (transport_running(device))
			net_serve_pairs(net);
	}
	pthread_mutex_unlock(&device->lock);
	if (!result)
		have_connection(net);
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
