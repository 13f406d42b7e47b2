/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * endpoint.h - a virtio-mmio slot of the guest: address, registers' page,
 * doorbells and interrupts as eventfds, and the device in it. A slot without a
 * device shows DeviceID 0 (VirtIO 1.2, 4.2.3.1.1); one can be put there later.
 *
 * Context: the event loop's thread. The request thread may write registers meanwhile.
 */
#ifndef HOST_ENDPOINT_H
#define HOST_ENDPOINT_H

#include "host/ioreq.h"
#include "virtio/transport.h"
#include "error.h"

#include <uv.h>

/** What endpoints of one guest share. */
struct endpoint_host {
	int domain;
	uv_loop_t *loop;
	const struct guest_memory *memory;
	struct ioreq *ioreq;
	/* Pause the guest, since its device in @slot cannot go on; vimod is told @why. Any thread. */
	void (*stall)(const struct endpoint_host *host, unsigned int slot, const char *why);
	const char *run_dir;
};

#define ENDPOINT_CALLS 3u

struct endpoint {
	struct virtio_device device;
	const struct endpoint_host *host;
	unsigned int slot;
	uint64_t ipa;
	int kick[TRANSPORT_QUEUES]; /* doorbells as eventfds, by queue; with work all are kick[0] */
	int call[ENDPOINT_CALLS];   /* see endpoint_call() */
	uv_poll_t *poll;

	/* The device's, set before endpoint_attach(): */
	bool (*work)(void *context); /* after a doorbell, in the event loop; true: call again. NULL: it looks itself */
	void (*removed)(struct endpoint *endpoint); /* free what it has; NULL: it stays as long as the guest */
	/* Who serves it died; @fd leads to the next one and is taken over on success. Return: 0 or -1. NULL: nobody */
	int (*reconnect)(struct endpoint *endpoint, int fd, struct error *err);
	void *context;
};

/** endpoint_call() - the eventfd that interrupts the guest for that reason. */
static inline int endpoint_call(const struct endpoint *endpoint, enum transport_interrupt why)
{
	return endpoint->call[__builtin_ctz(why)];
}
/** endpoint_open() - an empty @slot for now; endpoint_attach() shows it to the guest. */
void endpoint_open(struct endpoint *endpoint, const struct endpoint_host *host, unsigned int slot,
		   struct transport_state *state);
/** endpoint_empty() - show the guest that there is nothing in it. Return: 0 or -1. */
int endpoint_empty(struct endpoint *endpoint, struct error *err);
/** endpoint_is_empty() - whether no device is in it. */
bool endpoint_is_empty(const struct endpoint *endpoint);
/**
 * endpoint_attach() - put a device of @model into an empty slot, or take over the one a predecessor had there.
 * The caller has set the device's part of @endpoint, and device.features and device.queues.
 * @show: shows its configuration space; NULL: the device does so itself
 *
 * Return: 0, or -1 and the slot is empty as before.
 */
int endpoint_attach(struct endpoint *endpoint, const struct virtio_model *model,
		    void (*show)(struct virtio_device *device), struct error *err);
/** endpoint_remove() - take its device away for good; what the guest had not got back is lost. */
void endpoint_remove(struct endpoint *endpoint);
/** endpoint_wire() - have @queue's doorbell signal @fd, and once now. Any thread. Return: 0, or -1 with errno. */
int endpoint_wire(const struct endpoint *endpoint, unsigned int queue, int fd);
/** endpoint_kick() - ring the doorbell of @queue as the guest would. Any thread. */
void endpoint_kick(struct endpoint *endpoint, unsigned int queue);
/** endpoint_run() - do its work now. */
void endpoint_run(void *endpoint);
/** endpoint_close() - no more events, and nothing in flight, since we end; the guest's view stays. */
void endpoint_close(struct endpoint *endpoint);

#endif
