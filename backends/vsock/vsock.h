/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vsock.h - a VirtIO socket device (VirtIO 1.2, 5.10): connections between the
 * guest and programs of dom0. dom0's kernel (vhost-vsock) moves the data; vimo-dm
 * sends the events.
 *
 * Only the kernel's back end knows connections: they end with vimo-dm, and the next vimo-dm
 * sends the driver an event about that.
 *
 * Lock: device->lock for struct vsock.
 */
#ifndef VSOCK_VSOCK_H
#define VSOCK_VSOCK_H

#include "host/endpoint.h"
#include "host/watch.h"

enum { VSOCK_RECEIVE, VSOCK_TRANSMIT, VSOCK_EVENTS, VSOCK_QUEUES };
#define VSOCK_CID_FIRST 3u         /* lower ones are the hypervisor's, loopback's and dom0's */
#define VSOCK_CID_LAST 0xfffffffeu /* the next one means "any" */

struct vsock {
	struct endpoint *endpoint;
	int vhost;
	uint32_t cid;
	bool running; /* the kernel serves the driver's queues */
	bool started; /* a driver runs, or ran, since this process began */
	unsigned int failures;
	struct watch *events, *broken; /* doorbell of the event queue; errors from vhost */
};

/** vsock_kind - kind.c. Its descriptor is of /dev/vhost-vsock, with the device's address (cid) set. */
extern const struct device_kind vsock_kind;
/** vsock_run() - let the kernel serve the queues, or stop it; it touches no queue when a stop returns. Return: 0, or -1
 * with errno. */
int vsock_run(const struct vsock *vsock, bool run);

/* device.c: the model. */
extern const struct virtio_model vsock_model;
void vsock_show_config(struct virtio_device *device);
/** vsock_serve_events() - send pending events. Context: the event loop. */
void vsock_serve_events(void *vsock);
/** vsock_find_broken() - the kernel reports that the driver broke a queue. Context: the event loop. */
void vsock_find_broken(void *vsock);

#endif
