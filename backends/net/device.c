// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device.c - features, configuration space, and the driver's settings (VirtIO 1.2, 5.1.3 to 5.1.5).
 */
#include "net/control.h"
#include "net/net.h"

#include "log.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#define FEATURE(bit) (1ull << (bit))
#define FAILURES_LOGGED 10u
/*
 * The driver's settings by the control queue, in state->own: it outlives vimo-dm, and
 * a reset makes it zero.
 */
#define STATE_PAIRS(state) ((state)&0xff)
#define STATE_OFFLOADS (1u << 31) /* the driver set offloads: */
#define STATE_OFFLOADS_SHIFT 8    /* feature bits, up to 22 */

static struct net *net_of(const struct virtio_device *device)
{
	return endpoint_of(device)->context;
}

static struct virtio_device *device_of(const struct net *net)
{
	return &net->endpoint->device;
}

struct virtqueue *net_receive_queue(const struct net_pair *pair)
{
	return &device_of(pair->net)->queue[2 * pair->index];
}

struct virtqueue *net_transmit_queue(const struct net_pair *pair)
{
	return &device_of(pair->net)->queue[2 * pair->index + 1];
}

uint64_t net_features(const struct net *net)
{
	uint64_t features = net->features | FEATURE(VIRTIO_NET_F_MAC) | FEATURE(VIRTIO_NET_F_STATUS) |
			    FEATURE(VIRTIO_NET_F_CTRL_VQ);

	features |= net->mtu ? FEATURE(VIRTIO_NET_F_MTU) : 0;
	features |= net->packed ? FEATURE(VIRTIO_F_RING_PACKED) : 0;
	return net->pairs > 1 ? features | FEATURE(VIRTIO_NET_F_MQ) : features;
}

void net_show_config(struct virtio_device *device)
{
	const struct net *net = net_of(device);
	struct virtio_net_config config = {
		.status = htole16(net->down ? 0 : VIRTIO_NET_S_LINK_UP),
		.max_virtqueue_pairs = htole16((uint16_t)net->pairs),
		.mtu = htole16(net->mtu),
	};

	memcpy(config.mac, net->mac, sizeof(config.mac));
	transport_show_config(device, &config, sizeof(config));
}

void net_set_link(struct net *net, bool up)
{
	if (net->down == !up)
		return;
	net->down = !up;
	net_show_config(device_of(net));
	transport_config_changed(device_of(net));
}

void net_log_failure(struct net *net, const char *what, const char *why)
{
	if (net->failures++ < FAILURES_LOGGED)
		log_error("network in slot %u: %s: %s", net->endpoint->slot, what, why);
}

static void stop_all(struct net *net)
{
	for (unsigned int i = 0; i < net->pairs; i++)
		net->backend->stop(&net->pair[i]);
}

/* The driver's reset starts the device again, if the cause is mended. */
static void stop_until_reset(struct net *net)
{
	device_of(net)->queue[0].broken = true;
	transport_check(device_of(net));
	stop_all(net);
}

static void give_up(struct net *net, const char *what)
{
	char why[128];

	snprintf(why, sizeof(why), "%s: it stops until its driver resets it", strerror(errno));
	net_log_failure(net, what, why);
	stop_until_reset(net);
}

static uint64_t chosen_offloads(const struct net *net)
{
	const struct transport_state *state = device_of(net)->state;

	return state->own & STATE_OFFLOADS ? state->own >> STATE_OFFLOADS_SHIFT : state->driver_features;
}

/* Without VIRTIO_NET_F_MQ, or before the driver sets more, the first pair only (5.1.6.5.5). */
static unsigned int chosen_pairs(const struct net *net)
{
	uint32_t pairs = STATE_PAIRS(device_of(net)->state->own);

	return transport_feature(device_of(net), VIRTIO_NET_F_MQ) && pairs && pairs <= net->pairs ? pairs : 1;
}

/* Return: 0 or -1. */
static int start_pair(struct net_pair *pair)
{
	if (pair->net->backend->tap && net_tap_attach(pair->tap, true))
		return -1;
	if (!net_receive_queue(pair)->running || !net_transmit_queue(pair)->running)
		return 0; /* the driver has not set it up yet */
	return pair->net->backend->start(pair);
}

static int stop_pair(struct net_pair *pair)
{
	pair->net->backend->stop(pair);
	return pair->net->backend->tap ? net_tap_attach(pair->tap, false) : 0;
}

int net_serve_pairs(struct net *net)
{
	unsigned int active = chosen_pairs(net);

	for (unsigned int i = 0; i < net->pairs; i++)
		if (i < active ? start_pair(&net->pair[i]) : stop_pair(&net->pair[i]))
			return -1;
	return 0;
}

/* The control queue is the last one, or queue 2 without VIRTIO_NET_F_MQ. */
static unsigned int control_queue(const struct net *net)
{
	return transport_feature(device_of(net), VIRTIO_NET_F_MQ) ? 2 * net->pairs : 2;
}

static int wire_control(struct net *net)
{
	unsigned int queue = control_queue(net);

	if (queue != 2 && endpoint_wire(net->endpoint, 2, net->endpoint->kick[2]))
		return -1;
	return endpoint_wire(net->endpoint, queue, watch_fd(net->control));
}

static void started(struct virtio_device *device)
{
	struct net *net = net_of(device);
	eventfd_t before;

	eventfd_read(watch_fd(net->broken), &before); /* an error of queues that have ended */
	if (wire_control(net))
		give_up(net, "doorbell");
	else if (net->backend->tap && net_tap_offloads(net->pair[0].tap, chosen_offloads(net)))
		give_up(net, "offloads of its tap");
	else if (net_serve_pairs(net))
		give_up(net, net->backend->name);
}

static void drain(struct virtio_device *device)
{
	stop_all(net_of(device));
}

static bool set_pairs(void *context, unsigned int pairs)
{
	struct net *net = context;
	struct transport_state *state = device_of(net)->state;

	if (!transport_feature(device_of(net), VIRTIO_NET_F_MQ) || !pairs || pairs > net->pairs)
		return false;
	state->own = (state->own & ~0xffu) | pairs;
	if (net_serve_pairs(net))
		give_up(net, net->backend->name);
	return true;
}

static bool set_offloads(void *context, uint64_t offloads)
{
	struct net *net = context;
	struct transport_state *state = device_of(net)->state;

	if (!transport_feature(device_of(net), VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) ||
	    offloads & ~(NET_GUEST_OFFLOADS & state->driver_features))
		return false;
	state->own = STATE_OFFLOADS | (uint32_t)(offloads << STATE_OFFLOADS_SHIFT) | STATE_PAIRS(state->own);
	return !net_tap_offloads(net->pair[0].tap, offloads);
}

void net_serve_control(void *context)
{
	static const struct net_control control = { set_pairs, set_offloads };
	struct net *net = context;
	struct virtio_device *device = device_of(net);
	bool notify = false;

	pthread_mutex_lock(&device->lock);
	if (transport_running(device) && transport_feature(device, VIRTIO_NET_F_CTRL_VQ)) {
		struct virtqueue *queue = &device->queue[control_queue(net)];

		if (net_control_work(queue, &control, net))
			eventfd_write(watch_fd(net->control), 1);
		notify = virtqueue_should_notify(queue);
		transport_check(device);
	}
	pthread_mutex_unlock(&device->lock);
	if (notify)
		device->interrupt(device, TRANSPORT_USED);
}

void net_find_broken(void *context)
{
	struct net *net = context;
	struct virtio_device *device = device_of(net);

	pthread_mutex_lock(&device->lock);
	if (transport_running(device))
		stop_until_reset(net);
	pthread_mutex_unlock(&device->lock);
}

const struct virtio_model net_model = {
	.device_id = VIRTIO_ID_NET,
	.started = started,
	.drain = drain,
};
