/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_net.h - a guest with a network device of one pair, for tests of back ends: its memory, its driver's side of
 * the rings, and the device's endpoint.
 */
#ifndef TESTS_FAKE_NET_H
#define TESTS_FAKE_NET_H

#include "host/status.h"
#include "net/net.h"
#include "fake_driver.h"
#include "patience.h"

#include <linux/virtio_ring.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define RAM_BYTES 0x20000u
#define SIZE 8u
#define QUEUES 3u
#define DATA 0x10000u

static uint8_t *ram;
static _Alignas(4096) uint8_t page[4096];
static struct guest_memory memory;
static struct transport_state kept;
static struct endpoint endpoint;
static struct endpoint_host host;
static struct status status; /* its file stays from one vimo-dm to the next */
static int status_fd;
static struct net net;
static uv_loop_t loop;
static struct error err;
static int interrupt_now, interrupt_later, memory_fd; /* interrupts */

int endpoint_wire(const struct endpoint *unused, unsigned int queue, int fd)
{
	(void)unused;
	(void)queue;
	(void)fd;
	return 0;
}

void endpoint_kick(struct endpoint *of, unsigned int queue)
{
	eventfd_write(of->kick[queue], 1);
}

int watch_fd(const struct watch *watch)
{
	(void)watch;
	return -1;
}

/* Only taps have these. */
int net_tap_attach(int fd, bool attach)
{
	(void)fd;
	(void)attach;
	fail();
	return -1;
}

int net_tap_offloads(int fd, uint64_t features)
{
	(void)fd;
	(void)features;
	fail();
	return -1;
}

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	eventfd_write(bit == TRANSPORT_USED_LATER ? interrupt_later : interrupt_now, 1);
}

static uint8_t *ring(unsigned int queue)
{
	return ram + queue * 0x1000;
}

static struct vring_desc *desc(unsigned int queue, unsigned int i)
{
	return (struct vring_desc *)(void *)ring(queue) + i;
}

static uint16_t *avail(unsigned int queue)
{
	return (uint16_t *)(void *)(ring(queue) + 0x400);
}

static uint16_t used_index(unsigned int queue)
{
	return __atomic_load_n((uint16_t *)(void *)(ring(queue) + 0x800) + 1, __ATOMIC_ACQUIRE);
}

/* Where the data of buffer @i are. */
static uint8_t *place(unsigned int queue, unsigned int i)
{
	return ram + DATA + queue * 0x4000u + i * 0x800u;
}

static void offer(unsigned int queue, uint16_t i, uint32_t bytes)
{
	*desc(queue, i) = (struct vring_desc){ RAM + (uint64_t)(place(queue, i) - ram), bytes,
					       queue ? 0 : VRING_DESC_F_WRITE, 0 };
	avail(queue)[2 + avail(queue)[1] % SIZE] = i;
	__atomic_store_n(&avail(queue)[1], avail(queue)[1] + 1, __ATOMIC_RELEASE);
	endpoint_kick(&endpoint, queue);
}

/* Called once, before all tests. */
static int make_guest(void)
{
	memory_fd = memfd_create("guest", MFD_CLOEXEC);
	if (memory_fd < 0 || ftruncate(memory_fd, RAM_BYTES) || uv_loop_init(&loop))
		return -1;
	ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
	memory = (struct guest_memory){ ram, RAM, RAM_BYTES };
	status_fd = memfd_create("status", MFD_CLOEXEC);
	if (ftruncate(status_fd, sizeof(struct dm_status)) || status_open(&status, status_fd, -1, &(struct error){ 0 }))
		return -1;
	host = (struct endpoint_host){ .loop = &loop, .status = &status };
	return ram == MAP_FAILED ? -1 : 0;
}

/* A vimo-dm begins, perhaps after a kill of the previous one; the caller then gives net.pair[0] its descriptors. */
static void begin_device(const struct net_backend *backend)
{
	memset(&endpoint, 0, sizeof(endpoint));
	memset(&net, 0, sizeof(net));
	interrupt_now = eventfd(0, EFD_NONBLOCK);
	interrupt_later = eventfd(0, EFD_NONBLOCK);
	endpoint.context = &net;
	endpoint.host = &host;
	endpoint.device = (struct virtio_device){ .model = &net_model,
						  .memory = &memory,
						  .state = &kept,
						  .page = page,
						  .queues = QUEUES,
						  .interrupt = interrupt };
	for (unsigned int i = 0; i < QUEUES; i++)
		endpoint.kick[i] = eventfd(0, EFD_NONBLOCK);
	endpoint.call[0] = interrupt_now;   /* TRANSPORT_USED */
	endpoint.call[2] = interrupt_later; /* TRANSPORT_USED_LATER */
	net.endpoint = &endpoint;
	net.backend = backend;
	net.features = backend->features;
	net.pairs = 1;
	net.pair[0] = (struct net_pair){ .net = &net, .tap = -1, .vhost = -1 };
}

/* With its descriptors. */
static void show_device(void)
{
	assert_int_equal(net.backend->open(&net.pair[0], &err), 0);
	endpoint.device.features = net_features(&net);
	net_show_config(&endpoint.device);
	pthread_mutex_lock(&endpoint.device.lock);
	transport_init(&endpoint.device);
	pthread_mutex_unlock(&endpoint.device.lock);
	if (net.backend->watch)
		net.backend->watch(&net.pair[0]);
}

static void forget_guest(void)
{
	memset(page, 0, sizeof(page));
	memset(ram, 0, RAM_BYTES);
	memset(&kept, 0, sizeof(kept));
}

static void drive(uint32_t features)
{
	pthread_mutex_lock(&endpoint.device.lock);
	driver_begin(&endpoint.device, features);
	for (unsigned int i = 0; i < QUEUES; i++)
		driver_queue(&endpoint.device, i, SIZE, RAM + i * 0x1000, RAM + i * 0x1000 + 0x400,
			     RAM + i * 0x1000 + 0x800);
	driver_go(&endpoint.device);
	pthread_mutex_unlock(&endpoint.device.lock);
}

/* vimo-dm ends: @stop: it stops the device first, as at exit; false: it is killed. */
static void end_device(bool stop)
{
	pthread_mutex_lock(&endpoint.device.lock);
	if (stop)
		transport_stop(&endpoint.device);
	pthread_mutex_unlock(&endpoint.device.lock);
	net.backend->close(&net.pair[0]);
	uv_run(&loop, UV_RUN_NOWAIT);
	for (unsigned int i = 0; i < QUEUES; i++)
		close(endpoint.kick[i]);
	close(interrupt_now);
	close(interrupt_later);
}

/* Wait for an interrupt or an event of the loop. */
static void await_event(void)
{
	struct pollfd wait[] = { { .fd = interrupt_now, .events = POLLIN },
				 { .fd = interrupt_later, .events = POLLIN },
				 { .fd = uv_backend_fd(&loop), .events = POLLIN } };
	eventfd_t count;

	assert_true(poll(wait, 3, PATIENCE_MS) > 0);
	eventfd_read(interrupt_now, &count);
	eventfd_read(interrupt_later, &count);
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void await_used(unsigned int queue, uint16_t index)
{
	while (used_index(queue) != index)
		await_event();
}

static uint16_t link_status(void)
{
	const void *status = page + VIRTIO_MMIO_CONFIG + offsetof(struct virtio_net_config, status);

	return __atomic_load_n((const uint16_t *)status, __ATOMIC_ACQUIRE);
}

static void await_link(uint16_t status)
{
	while (link_status() != status)
		await_event();
}

#endif
