// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * device.c - configuration space, queues served by the kernel, and events.
 */
#include "vsock/vsock.h"

#include "host/vhost.h"
#include "log.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_vsock.h>
#include <string.h>
#include <sys/eventfd.h>

#define FAILURES_LOGGED 10u
#define FEATURES (VHOST_RING_FEATURES | 1ull << VIRTIO_VSOCK_F_SEQPACKET)

/* Bits of state->own: it outlives vimo-dm, and a reset makes it zero. */
#define STATE_STARTED 1u /* a driver runs and may have connections */
#define STATE_LOST 2u    /* connections are lost, and the driver does not know yet */

static struct vsock *vsock_of(const struct virtio_device *device)
{
	return endpoint_of(device)->context;
}

static struct virtio_device *device_of(const struct vsock *vsock)
{
	return &vsock->endpoint->device;
}

void vsock_show_config(struct virtio_device *device)
{
	const struct virtio_vsock_config config = { .guest_cid = htole64(vsock_of(device)->cid) };

	transport_show_config(device, &config, sizeof(config));
}

static void stop(struct vsock *vsock)
{
	if (vsock->running)
		vsock_run(vsock, false);
	vsock->running = false;
}

static void stop_until_reset(struct vsock *vsock)
{
	device_of(vsock)->queue[VSOCK_RECEIVE].broken = true;
	transport_check(device_of(vsock));
	stop(vsock);
}

static void give_up(struct vsock *vsock)
{
	/* A driver can cause this without end. */
	if (vsock->failures++ < FAILURES_LOGGED)
		log_error("vsock in slot %u: %s: it stops until its driver resets it", vsock->endpoint->slot,
			  strerror(errno));
	stop_until_reset(vsock);
}

static int set_queue(const struct vsock *vsock, unsigned int which)
{
	const struct endpoint *endpoint = vsock->endpoint;
	/* The interrupt for sent packets can wait until the guest runs anyway. */
	int call = endpoint_call(endpoint, which == VSOCK_TRANSMIT ? TRANSPORT_USED_LATER : TRANSPORT_USED);
	const struct vhost_wires wires = { endpoint->kick[which], call, watch_fd(vsock->broken) };

	return vhost_set_queue(vsock->vhost, which, &endpoint->device.queue[which], &wires);
}

/* Return: 0 or -1 with errno. */
static int start(struct vsock *vsock)
{
	const struct virtio_device *device = device_of(vsock);

	if (vsock->running || !device->queue[VSOCK_RECEIVE].running || !device->queue[VSOCK_TRANSMIT].running)
		return 0; /* the driver has not set them up yet */
	if (vhost_set_features(vsock->vhost, device->state->driver_features & FEATURES) ||
	    set_queue(vsock, VSOCK_RECEIVE) || set_queue(vsock, VSOCK_TRANSMIT) || vsock_run(vsock, true))
		return -1;
	vsock->running = true;
	return 0;
}

/* Used under the lock, one chain at a time: a guest has one such device. */
static struct virtqueue_chain chain;

/* The driver ends all its connections and reads its address anew (5.10.6.7). */
static void send_events(struct virtio_device *device)
{
	static const struct virtio_vsock_event lost = { .id = VIRTIO_VSOCK_EVENT_TRANSPORT_RESET };
	struct virtqueue *queue = &device->queue[VSOCK_EVENTS];
	uint32_t *own = &device->state->own;

	do {
		while (*own & STATE_LOST && virtqueue_pop(queue, &chain)) {
			queue->broken = virtqueue_fill(&chain, &lost, sizeof(lost)) < sizeof(lost);
			if (queue->broken)
				break;
			virtqueue_push(queue, chain.head, sizeof(lost));
			*own &= ~STATE_LOST; /* if vimo-dm is killed before this, the next one sends it again */
		}
	} while (*own & STATE_LOST && virtqueue_rearm(queue));
	if (virtqueue_should_notify(queue))
		device->interrupt(device, TRANSPORT_USED);
	transport_check(device);
}

static void started(struct virtio_device *device)
{
	struct vsock *vsock = vsock_of(device);
	uint32_t *own = &device->state->own;
	eventfd_t before;

	if (*own & STATE_STARTED && !vsock->started)
		*own |= STATE_LOST; /* the previous vimo-dm's */
	*own |= STATE_STARTED;
	vsock->started = true;
	eventfd_read(watch_fd(vsock->broken), &before); /* an error of queues that have ended */
	if (endpoint_wire(vsock->endpoint, VSOCK_EVENTS, watch_fd(vsock->events)) || start(vsock))
		give_up(vsock);
	else
		send_events(device);
}

static void drain(struct virtio_device *device)
{
	stop(vsock_of(device));
}

void vsock_serve_events(void *context)
{
	struct virtio_device *device = device_of(context);

	pthread_mutex_lock(&device->lock);
	if (transport_running(device))
		send_events(device);
	pthread_mutex_unlock(&device->lock);
}

void vsock_find_broken(void *context)
{
	struct vsock *vsock = context;
	struct virtio_device *device = device_of(vsock);

	pthread_mutex_lock(&device->lock);
	if (transport_running(device))
		stop_until_reset(vsock);
	pthread_mutex_unlock(&device->lock);
}

const struct virtio_model vsock_model = {
	.device_id = VIRTIO_ID_VSOCK,
	.started = started,
	.drain = drain,
};
