// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * endpoint.c - connect a VirtIO device to the domain and to the event loop.
 */
#include "host/endpoint.h"

#include "host/map.h"
#include "host/state_file.h"

#include <vimo/device.h>
#include <vimo/domain.h>
#include <vimo/guest_map.h>
#include <vimo/hypercall.h>
#include <vimo/ioctl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

#define CONFIG_BYTES 256u

static const struct virtio_model no_model = { .device_id = 0 }; /* of an empty slot */

static void signal_event(int fd)
{
	const uint64_t one = 1;
	ssize_t written = write(fd, &one, sizeof(one)); /* EAGAIN: it is signalled already */

	(void)written;
}

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	signal_event(endpoint_call(endpoint_of(device), bit));
}

void endpoint_kick(struct endpoint *endpoint, unsigned int queue)
{
	signal_event(endpoint->kick[queue]);
}

int endpoint_wire(const struct endpoint *endpoint, unsigned int queue, int fd)
{
	struct vimo_ioc_kick kick = { endpoint->ipa, queue, fd };

	return ioctl(endpoint->host->domain, VIMO_IOC_KICK, &kick);
}

void endpoint_run(void *context)
{
	struct endpoint *endpoint = context;

	if (endpoint->work(endpoint->context))
		signal_event(endpoint->kick[0]);
}

static void on_kick(uv_poll_t *poll, int status, int events)
{
	struct endpoint *endpoint = poll->data;
	uint64_t count;
	ssize_t got = read(endpoint->kick[0], &count, sizeof(count));

	(void)got;
	(void)status;
	(void)events;
	endpoint_run(endpoint);
}

static uint64_t access_registers(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value)
{
	struct virtio_device *device = context;

	if (!is_write)
		return 0; /* the guest reads the page without a request */
	pthread_mutex_lock(&device->lock);
	transport_write(device, offset, width, value);
	pthread_mutex_unlock(&device->lock);
	return 0;
}

void endpoint_open(struct endpoint *endpoint, const struct endpoint_host *host, unsigned int slot,
		   struct transport_state *state)
{
	endpoint->host = host;
	endpoint->slot = slot;
	endpoint->ipa = VIMO_GUEST_VIRTIO_BASE + slot * VIMO_GUEST_VIRTIO_STRIDE;
	memset(endpoint->call, -1, sizeof(endpoint->call));
	memset(endpoint->kick, -1, sizeof(endpoint->kick));
	endpoint->device.model = &no_model;
	endpoint->device.memory = host->memory;
	endpoint->device.state = state;
	endpoint->device.interrupt = interrupt;
	pthread_mutex_init(&endpoint->device.lock, NULL);
	pthread_cond_init(&endpoint->device.idle, NULL);
}

/* The registers' page, with doorbells for @queues. */
static int add_to_domain(struct endpoint *endpoint, unsigned int queues, struct error *err)
{
	struct vimo_ioc_device device = {
		.ipa = endpoint->ipa,
		.doorbell = TRANSPORT_DOORBELL,
		.clear = TRANSPORT_CLEAR,
		.status = TRANSPORT_STATUS,
		.queues = (uint16_t)(queues ? queues : 1),
		.intid = VIMO_GUEST_VIRTIO_INTID + endpoint->slot,
	};
	struct ioreq_range range = { endpoint->ipa, access_registers, &endpoint->device };

	if (state_file_reserve("dm.state", endpoint->device.state, offsetof(struct transport_state, queue[queues]),
			       err))
		return -1;
	if (ioctl(endpoint->host->domain, VIMO_IOC_DEVICE, &device) && errno != EEXIST)
		return error_errno(err, "cannot add a device");
	if (endpoint->device.page)
		return 0;
	endpoint->device.page = map_page(endpoint->host->domain, device.ipa, "a device's registers", err);
	if (!endpoint->device.page)
		return -1;
	ioreq_add(endpoint->host->ioreq, &range);
	return 0;
}

int endpoint_empty(struct endpoint *endpoint, struct error *err)
{
	if (add_to_domain(endpoint, 0, err))
		return -1;
	transport_init(&endpoint->device);
	return 0;
}

static bool open_eventfds(struct endpoint *endpoint)
{
	unsigned int kicks = endpoint->work ? 1 : endpoint->device.queues;
	bool good = true;

	for (unsigned int call = 0; call < ENDPOINT_CALLS && good; call++) {
		endpoint->call[call] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		good = endpoint->call[call] >= 0;
	}
	for (unsigned int queue = 0; queue < kicks && good; queue++) {
		endpoint->kick[queue] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		good = endpoint->kick[queue] >= 0;
	}
	return good;
}

static void close_eventfds(struct endpoint *endpoint)
{
	for (unsigned int i = 0; i < TRANSPORT_QUEUES + ENDPOINT_CALLS; i++) {
		int *fd = i < TRANSPORT_QUEUES ? &endpoint->kick[i] : &endpoint->call[i - TRANSPORT_QUEUES];

		if (*fd >= 0)
			close(*fd);
		*fd = -1;
	}
}

static int bind_call(const struct endpoint *endpoint, unsigned int which, int fd)
{
	static const uint32_t bits[ENDPOINT_CALLS] = { TRANSPORT_USED, TRANSPORT_CONFIG,
						       TRANSPORT_USED | VIMO_NOTIFY_LATER };
	struct vimo_ioc_call call = { endpoint->ipa, bits[which], fd };

	return ioctl(endpoint->host->domain, VIMO_IOC_CALL, &call);
}

/* The device's events are bound to this process; those of the previous vimo-dm were unbound when it ended. */
static int bind_events(struct endpoint *endpoint, struct error *err)
{
	for (unsigned int call = 0; call < ENDPOINT_CALLS; call++)
		if (bind_call(endpoint, call, endpoint->call[call]))
			return error_errno(err, "a device's interrupt");
	for (unsigned int queue = 0; queue < endpoint->device.queues; queue++)
		if (endpoint_wire(endpoint, queue, endpoint->kick[endpoint->work ? 0 : queue]))
			return error_errno(err, "a device's doorbell");
	return 0;
}

static void unbind_events(struct endpoint *endpoint, unsigned int queues)
{
	/* The calls fail when an event was not bound, or when the guest is gone. */
	for (unsigned int call = 0; call < ENDPOINT_CALLS; call++)
		bind_call(endpoint, call, -1);
	for (unsigned int queue = 0; queue < queues; queue++)
		endpoint_wire(endpoint, queue, -1);
}

static void poll_closed(uv_handle_t *handle)
{
	free(handle);
}

static void stop_poll(struct endpoint *endpoint)
{
	if (endpoint->poll)
		uv_close((uv_handle_t *)endpoint->poll, poll_closed);
	endpoint->poll = NULL;
}

static int start_poll(struct endpoint *endpoint, struct error *err)
{
	if (!endpoint->work)
		return 0;
	endpoint->poll = calloc(1, sizeof(*endpoint->poll));
	if (!endpoint->poll)
		return error_set(err, ERROR_RESOURCES, "a device: out of memory");
	uv_poll_init(endpoint->host->loop, endpoint->poll, endpoint->kick[0]);
	endpoint->poll->data = endpoint;
	uv_poll_start(endpoint->poll, UV_READABLE, on_kick);
	return 0;
}

/* The caller holds the device's lock once the request thread knows the slot. */
static unsigned int forget_model(struct virtio_device *device)
{
	unsigned int queues = device->queues;

	device->model = &no_model;
	device->features = device->queues = device->queue_size_max = 0;
	return queues;
}

static void forget_events(struct endpoint *endpoint, unsigned int queues)
{
	stop_poll(endpoint);
	unbind_events(endpoint, queues);
	close_eventfds(endpoint);
	endpoint->work = NULL;
	endpoint->reconnect = NULL;
	endpoint->context = NULL;
}

int endpoint_add(struct endpoint *endpoint, const struct device_kind *kind, const struct device_spec *spec,
		 struct error *err)
{
	endpoint->kind = kind;
	if (!kind->add(endpoint, spec, err))
		return 0;
	endpoint->kind = NULL;
	return -1;
}

int endpoint_attach(struct endpoint *endpoint, const struct virtio_model *model,
		    void (*show)(struct virtio_device *device), struct error *err)
{
	struct virtio_device *device = &endpoint->device;

	if (!open_eventfds(endpoint)) {
		error_errno(err, "eventfd");
	} else if (!add_to_domain(endpoint, device->queues, err) && !bind_events(endpoint, err) &&
		   !start_poll(endpoint, err)) {
		pthread_mutex_lock(&device->lock);
		device->model = model;
		if (show)
			show(device);
		transport_init(device);
		pthread_mutex_unlock(&device->lock);
		return 0;
	}
	forget_events(endpoint, forget_model(device));
	return -1;
}

void endpoint_remove(struct endpoint *endpoint)
{
	static const uint8_t nothing[CONFIG_BYTES];
	struct virtio_device *device = &endpoint->device;
	unsigned int queues;

	pthread_mutex_lock(&device->lock);
	transport_stop(device);
	queues = forget_model(device);
	transport_replace(device);
	transport_show_config(device, nothing, sizeof(nothing));
	pthread_mutex_unlock(&device->lock);
	endpoint->kind->removed(endpoint);
	forget_events(endpoint, queues);
	endpoint->kind = NULL;
}

void endpoint_close(struct endpoint *endpoint)
{
	stop_poll(endpoint);
	pthread_mutex_lock(&endpoint->device.lock);
	transport_stop(&endpoint->device);
	pthread_mutex_unlock(&endpoint->device.lock);
}
