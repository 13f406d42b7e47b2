/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * endpoint.h - a virtio-mmio slot of the guest: address, registers' page,
 * doorbells and interrupts as eventfds, and the device in it. A slot without a
 * device shows DeviceID 0 (VirtIO 1.2, 4.2.3.1.1); a device can be put there later.
 *
 * Context: the event loop's thread. The request thread may write registers meanwhile.
 */
#ifndef HOST_ENDPOINT_H
#define HOST_ENDPOINT_H

#include "host/kind.h"
#include "host/ioreq.h"
#include "virtio/transport.h"
#include "container.h"

#include <uv.h>

struct hub_mark;
struct io_thread;
struct status;

/** What devices of one guest share. */
struct endpoint_host {
	const char *name;
	int domain;
	uv_loop_t *loop;
	const struct guest_memory *memory;
	struct ioreq *ioreq;
	struct io_thread *io_threads; /* queues are spread over them */
	unsigned int io_thread_count;
	struct hub_mark *console_mark; /* of the console's log; outlives vimo-dm */
	struct status *status;         /* reports for vimod */
	/* Pause the guest, since its device in @slot cannot go on; vimod reads @why. Any thread. */
	void (*stall)(const struct endpoint_host *host, unsigned int slot, const char *why);
};

#define ENDPOINT_CALLS 3u

struct endpoint {
	struct virtio_device device;
	const struct endpoint_host *host;
	const struct device_kind *kind; /* NULL: the slot is empty */
	unsigned int slot;
	uint64_t ipa;
	int kick[TRANSPORT_QUEUES]; /* doorbells as eventfds, by queue; with work all are kick[0] */
	int call[ENDPOINT_CALLS];   /* see endpoint_call() */
	uv_poll_t *poll;

	/* The device's, set before endpoint_attach(): */
	/* Called after a doorbell, in the event loop; true: call again. NULL: the device watches kick[] itself. */
	bool (*work)(void *context);
	/*
	 * The process that serves the device was started again: @fd leads to it and is taken over on success.
	 * Return: 0 or -1. NULL: no process serves it.
	 */
	int (*reconnect)(struct endpoint *endpoint, int fd, struct error *err);
	void *context;
};

/** endpoint_of() - the endpoint of a transport's device. */
static inline struct endpoint *endpoint_of(const struct virtio_device *device)
{
	return container_of(device, struct endpoint, device);
}
/** endpoint_call() - the eventfd that interrupts the guest for that reason. */
static inline int endpoint_call(const struct endpoint *endpoint, enum transport_interrupt why)
{
	return endpoint->call[__builtin_ctz(why)];
}
/** endpoint_open() - initialise an empty @slot; endpoint_attach() and endpoint_empty() show it to the guest. */
void endpoint_open(struct endpoint *endpoint, const struct endpoint_host *host, unsigned int slot,
		   struct transport_state *state);
/** endpoint_empty() - show the guest an empty slot. Return: 0 or -1. */
int endpoint_empty(struct endpoint *endpoint, struct error *err);
/** endpoint_is_empty() - whether no device is in the slot. */
static inline bool endpoint_is_empty(const struct endpoint *endpoint)
{
	return !endpoint->kind;
}
/** endpoint_add() - add a device of @kind to an empty slot. Return: 0, or -1 and the slot is empty as before. */
int endpoint_add(struct endpoint *endpoint, const struct device_kind *kind, const struct device_spec *spec,
		 struct error *err);
/**
 * endpoint_attach() - for device_kind.add: show a device of @model to the guest, or take over the device that the
 * previous vimo-dm had in the slot.
 * The caller has set the device's part of @endpoint, and device.features and device.queues.
 * @show: shows its configuration space; NULL: the device does so itself
 *
 * Return: 0, or -1 and the slot is empty as before.
 */
int endpoint_attach(struct endpoint *endpoint, const struct virtio_model *model,
		    void (*show)(struct virtio_device *device), struct error *err);
/** endpoint_remove() - remove the device, whose kind allows it; buffers in flight are lost. */
void endpoint_remove(struct endpoint *endpoint);
/** endpoint_wire() - let @queue's doorbell signal @fd, and once now. Any thread. Return: 0, or -1 with errno. */
int endpoint_wire(const struct endpoint *endpoint, unsigned int queue, int fd);
/** endpoint_kick() - ring the doorbell of @queue as the guest would. Any thread. */
void endpoint_kick(struct endpoint *endpoint, unsigned int queue);
/** endpoint_run() - call work() now. @endpoint: a struct endpoint */
void endpoint_run(void *endpoint);
/** endpoint_close() - no more events, and no request in flight, since vimo-dm exits; the guest's view stays. */
void endpoint_close(struct endpoint *endpoint);

#endif
