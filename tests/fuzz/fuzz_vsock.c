// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_vsock.c - a hostile driver of a socket device; dom0's kernel, which
 * serves two of its queues, refuses now and then.
 */
#include "host/vhost.h"
#include "driver.h"
#include "log.h"
#include "vsock/vsock.h"

#include <errno.h>
#include <linux/virtio_vsock.h>
#include <stdlib.h>

static struct endpoint endpoint;
static struct vsock vsock;
static bool running, refuses;

int endpoint_wire(const struct endpoint *unused, unsigned int queue, int fd)
{
	(void)unused;
	(void)fd;
	return queue < VSOCK_QUEUES ? 0 : -1;
}

int watch_fd(const struct watch *watch)
{
	(void)watch;
	return -1;
}

/* What a guest can bring about is not to fill dom0's log. */
void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
	if (vsock.failures > 64)
		abort();
}

int vhost_set_features(int fd, uint64_t features)
{
	(void)fd;
	if (features & ~(VHOST_RING_FEATURES | 1ull << VIRTIO_VSOCK_F_SEQPACKET) || running)
		abort();
	return 0;
}

/* What the kernel will use must be the guest's memory. */
int vhost_set_queue(int fd, unsigned int index, const struct virtqueue *queue, const struct vhost_wires *wires)
{
	(void)fd;
	(void)wires;
	if (index >= VSOCK_EVENTS || !queue->running || running)
		abort();
	fuzz_touch(queue->split.desc, 16u * queue->size);
	fuzz_touch(queue->split.avail, 6u + 2u * queue->size);
	fuzz_touch(queue->split.used, 6u + 8u * queue->size);
	return 0;
}

int vsock_run(const struct vsock *unused, bool run)
{
	(void)unused;
	if (run && refuses) {
		errno = EFAULT;
		return -1;
	}
	running = run;
	return 0;
}

static void begin(bool first)
{
	running = refuses = false; /* the kernel's part went with the process that had it */
	vsock = (struct vsock){ .endpoint = &endpoint, .vhost = -1, .cid = 3 };
	endpoint.context = &vsock;
	if (first)
		vsock_show_config(&endpoint.device);
}

static void work(void)
{
	vsock_serve_events(&vsock);
	if (running && !transport_status(&endpoint.device))
		abort(); /* after a reset the kernel touches no memory */
}

static void event(struct fuzz_input *input)
{
	uint8_t which = (uint8_t)input_take(input, 1);

	refuses = which & 1;
	if (which & 2)
		vsock_find_broken(&vsock);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct fuzz_device fuzzed = {
		.device = &endpoint.device, .work = work, .event = event, .begin = begin, .forged = true
	};
	struct fuzz_input input = { data, bytes };

	endpoint.device.model = &vsock_model;
	endpoint.device.features = 1ull << VIRTIO_VSOCK_F_SEQPACKET;
	endpoint.device.queues = VSOCK_QUEUES;
	fuzz_drive(&fuzzed, &input);
	return 0;
}
