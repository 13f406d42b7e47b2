// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * endpoint.c - connect a VirtIO device to the domain and to the event loop.
 */
#include "core/endpoint.h"

#include "core/map.h"

#include <vimo/domain.h>
#include <vimo/guest_map.h>
#include <vimo/hypercall.h>
#include <vimo/ioctl.h>

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>

static int failed(struct error *err, const char *what)
{
	return error_set(err, ERROR_FAILED, "%s: %s", what, strerror(errno));
}

static void signal_one(int fd)
{
	const uint64_t one = 1;
	ssize_t written = write(fd, &one, sizeof(one)); /* EAGAIN: it is signalled already */

	(void)written;
}

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	const struct endpoint *endpoint =
		(const struct endpoint *)((const char *)device - offsetof(struct endpoint, device));

	signal_one(bit == TRANSPORT_USED ? endpoint->used : endpoint->config);
}

void endpoint_run(void *context)
{
	struct endpoint *endpoint = context;

	if (endpoint->work(endpoint->context))
		signal_one(endpoint->kick);
}

static void kicked(uv_poll_t *poll, int status, int events)
{
	struct endpoint *endpoint = poll->data;
	uint64_t count;
	ssize_t got = read(endpoint->kick, &count, sizeof(count));

	(void)got;
	(void)status;
	(void)events;
	endpoint_run(endpoint);
}

static uint64_t access_registers(void *context, uint64_t offset, unsigned int width, bool is_write, uint64_t value)
{
	struct virtio_device *device = context;

	if (!is_write)
		return 0; /* reads come from the page */
	pthread_mutex_lock(&device->lock);
	transport_write(device, offset, width, value);
	pthread_mutex_unlock(&device->lock);
	return 0;
}

/* The device's events, bound to this process; a predecessor's went with it. */
static int bind_events(struct endpoint *endpoint, int domain, struct error *err)
{
	struct vimo_ioc_call used = { endpoint->ipa, TRANSPORT_USED, endpoint->used };
	struct vimo_ioc_call config = { endpoint->ipa, TRANSPORT_CONFIG, endpoint->config };

	if (ioctl(domain, VIMO_IOC_CALL, &used) || ioctl(domain, VIMO_IOC_CALL, &config))
		return failed(err, "a device's interrupt");
	for (uint32_t queue = 0; queue < endpoint->device.model->queues; queue++) {
		struct vimo_ioc_kick kick = { endpoint->ipa, queue, endpoint->kick };

		if (ioctl(domain, VIMO_IOC_KICK, &kick))
			return failed(err, "a device's doorbell");
	}
	return 0;
}

static int add_to_domain(struct endpoint *endpoint, int domain, unsigned int slot, struct error *err)
{
	struct vimo_ioc_device device = {
		.ipa = VIMO_GUEST_VIRTIO_BASE + slot * VIMO_GUEST_VIRTIO_STRIDE,
		.doorbell = TRANSPORT_DOORBELL,
		.clear = TRANSPORT_CLEAR,
		.status = TRANSPORT_STATUS,
		.queues = endpoint->device.model->queues,
		.intid = VIMO_GUEST_VIRTIO_INTID + slot,
	};

	endpoint->ipa = device.ipa;
	if (ioctl(domain, VIMO_IOC_DEVICE, &device) && errno != EEXIST)
		return failed(err, "cannot add a device");
	endpoint->device.page = map_page(domain, device.ipa, "a device's registers", err);
	return endpoint->device.page ? 0 : -1;
}

int endpoint_add(struct endpoint *endpoint, const struct endpoint_host *host, unsigned int slot,
		 const struct virtio_model *model, struct transport_state *state, struct error *err)
{
	struct ioreq_range range = { .access = access_registers, .context = &endpoint->device };

	endpoint->device.model = model;
	endpoint->device.memory = host->memory;
	endpoint->device.state = state;
	endpoint->device.interrupt = interrupt;
	pthread_mutex_init(&endpoint->device.lock, NULL);
	endpoint->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	endpoint->used = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	endpoint->config = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (endpoint->kick < 0 || endpoint->used < 0 || endpoint->config < 0)
		return failed(err, "eventfd");
	if (add_to_domain(endpoint, host->domain, slot, err) || bind_events(endpoint, host->domain, err))
		return -1;
	range.ipa = endpoint->ipa;
	ioreq_add(host->ioreq, &range);
	transport_init(&endpoint->device);
	uv_poll_init(host->loop, &endpoint->poll, endpoint->kick);
	endpoint->poll.data = endpoint;
	uv_poll_start(&endpoint->poll, UV_READABLE, kicked);
	return 0;
}

void endpoint_close(struct endpoint *endpoint)
{
	uv_poll_stop(&endpoint->poll);
}
