// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vhost_net.c - the back end "vhost": dom0's kernel moves packets.
 */
#include "host/vhost.h"
#include "net/net.h"

#include <linux/vhost.h>
#include <linux/virtio_net.h>
#include <sys/ioctl.h>

/* Features that concern the kernel; others, such as offloads, are between driver and tap. */
#define FEATURES (VHOST_RING_FEATURES | 1ull << VIRTIO_NET_F_MRG_RXBUF)

enum { RECEIVE, TRANSMIT, QUEUES }; /* as vhost-net numbers them */

static int open_vhost(struct net_pair *pair, struct error *err)
{
	return vhost_open(pair->vhost, pair->net->endpoint->host->memory, FEATURES, NULL, err);
}

static void stop(struct net_pair *pair)
{
	/* The kernel touches no queue when these calls return. */
	for (unsigned int queue = 0; queue < QUEUES && pair->running; queue++) {
		struct vhost_vring_file nothing = { queue, -1 };

		ioctl(pair->vhost, VHOST_NET_SET_BACKEND, &nothing);
	}
	pair->running = false;
}

static int set_queue(const struct net_pair *pair, unsigned int which, int error)
{
	const struct endpoint *endpoint = pair->net->endpoint;
	/* The interrupt for sent packets can wait until the guest runs anyway. */
	int call = endpoint_call(endpoint, which == TRANSMIT ? TRANSPORT_USED_LATER : TRANSPORT_USED);
	const struct vhost_wires wires = { endpoint->kick[2 * pair->index + which], call, error };
	const struct virtqueue *queue = which == RECEIVE ? net_receive_queue(pair) : net_transmit_queue(pair);

	return vhost_set_queue(pair->vhost, which, queue, &wires);
}

static int start(struct net_pair *pair)
{
	const struct virtio_device *device = &pair->net->endpoint->device;
	int error = watch_fd(pair->net->broken);

	if (pair->running)
		return 0;
	if (vhost_set_features(pair->vhost, device->state->driver_features & FEATURES) ||
	    set_queue(pair, RECEIVE, error) || set_queue(pair, TRANSMIT, error))
		return -1;
	pair->running = true;
	for (unsigned int queue = 0; queue < QUEUES; queue++) {
		struct vhost_vring_file tap = { queue, pair->tap };

		if (ioctl(pair->vhost, VHOST_NET_SET_BACKEND, &tap)) {
			stop(pair);
			return -1;
		}
	}
	return 0;
}

const struct net_backend net_vhost = {
	.name = "vhost",
	.fds = 2,
	.pairs_max = NET_PAIRS,
	.tap = true,
	.features = NET_TAP_FEATURES,
	.large_queues = true,
	.open = open_vhost,
	.start = start,
	.stop = stop,
};
