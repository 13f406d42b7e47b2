// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vsock.c - a socket device's driver, with fakes for the kernel's back end.
 */
#include "host/vhost.h"
#include "fake_driver.h"
#include "vsock/vsock.h"

#include <errno.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_vsock.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define CID 0x12345678u
#define SEQPACKET (1u << VIRTIO_VSOCK_F_SEQPACKET)
#define SIZE 8u
#define EVENT 0x8000u

static _Alignas(4096) uint8_t ram[0x10000], page[4096];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct transport_state kept;
static struct endpoint endpoint;
static struct vsock vsock;
static unsigned int interrupts;

/* What the device did to its surroundings. */
static int wired[VSOCK_QUEUES], events_fd, broken_fd;
static bool set[VSOCK_QUEUES], running;
static uint64_t features;
static int failing;

int endpoint_wire(const struct endpoint *unused, unsigned int queue, int fd)
{
	(void)unused;
	wired[queue] = fd;
	return 0;
}

int watch_fd(const struct watch *watch)
{
	return watch == vsock.events ? events_fd : broken_fd;
}

int vhost_set_features(int fd, uint64_t bits)
{
	assert_int_equal(fd, 77);
	features = bits;
	return 0;
}

int vhost_set_queue(int fd, unsigned int index, const struct virtqueue *queue, const struct vhost_wires *wires)
{
	assert_int_equal(fd, 77);
	assert_true(index < VSOCK_EVENTS);
	assert_true(queue->running);
	assert_int_equal(wires->kick, 100 + (int)index);
	assert_int_equal(wires->error, broken_fd);
	assert_false(running);
	set[index] = true;
	return 0;
}

int vsock_run(const struct vsock *unused, bool run)
{
	(void)unused;
	if (run && failing) {
		errno = failing;
		return -1;
	}
	assert_true(!run || (set[VSOCK_RECEIVE] && set[VSOCK_TRANSMIT]));
	running = run;
	return 0;
}

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	interrupts |= bit;
}

static void put(unsigned int offset, uint32_t value)
{
	driver_put(&endpoint.device, offset, value);
}

static uint32_t get(unsigned int offset)
{
	return driver_get(&endpoint.device, offset);
}

/* A device model begins, perhaps where another died: then the kernel knows nothing any more. */
static void begin(void)
{
	static char events, broken;

	memset(&endpoint, 0, sizeof(endpoint));
	memset(set, 0, sizeof(set));
	memset(wired, 0, sizeof(wired));
	running = false;
	failing = 0;
	interrupts = 0;
	vsock = (struct vsock){ .endpoint = &endpoint, .vhost = 77, .cid = CID };
	vsock.events = (struct watch *)(void *)&events;
	vsock.broken = (struct watch *)(void *)&broken;
	endpoint.context = &vsock;
	endpoint.device = (struct virtio_device){
		.model = &vsock_model, .memory = &memory, .state = &kept, .page = page, .interrupt = interrupt
	};
	endpoint.device.queues = VSOCK_QUEUES;
	endpoint.device.features = SEQPACKET;
	for (int i = 0; i < (int)VSOCK_QUEUES; i++)
		endpoint.kick[i] = 100 + i;
	vsock_show_config(&endpoint.device);
	transport_init(&endpoint.device);
}

static int fresh(void **state)
{
	(void)state;
	memset(page, 0, sizeof(page));
	memset(ram, 0, sizeof(ram));
	events_fd = eventfd(0, EFD_NONBLOCK);
	broken_fd = eventfd(0, EFD_NONBLOCK);
	begin();
	return 0;
}

static int stale(void **state)
{
	(void)state;
	close(events_fd);
	close(broken_fd);
	return 0;
}

static uint64_t ring(unsigned int queue)
{
	return RAM + queue * 0x1000;
}

/* A driver that takes @low as features and sets @queues up. */
static void drive(uint32_t low, unsigned int queues)
{
	put(VIRTIO_MMIO_STATUS, 0);
	driver_begin(&endpoint.device, low);
	for (unsigned int queue = 0; queue < queues; queue++) {
		memset(ram + queue * 0x1000, 0, 0x1000);
		driver_queue(&endpoint.device, queue, SIZE, ring(queue), ring(queue) + 0x400, ring(queue) + 0x800);
	}
	driver_go(&endpoint.device);
}

/* The driver gives a buffer for an event. */
static void give(uint32_t bytes, uint16_t flags)
{
	uint8_t *base = ram + VSOCK_EVENTS * 0x1000;
	uint16_t *avail = (uint16_t *)(void *)(base + 0x400);

	memset(ram + EVENT, 0xee, 64);
	*(struct vring_desc *)(void *)base = (struct vring_desc){ RAM + EVENT, bytes, flags, 0 };
	avail[2 + avail[1] % SIZE] = 0;
	avail[1]++;
}

static unsigned int events(void)
{
	return ((const struct vring_used *)(const void *)(ram + VSOCK_EVENTS * 0x1000 + 0x800))->idx;
}

static void the_driver_sees_its_address(void **state)
{
	(void)state;
	assert_int_equal(get(VIRTIO_MMIO_DEVICE_ID), 19);
	assert_int_equal(get(VIRTIO_MMIO_CONFIG), CID);
	assert_int_equal(get(VIRTIO_MMIO_CONFIG + 4), 0);
	put(VIRTIO_MMIO_CONFIG, 2); /* not its to choose */
	assert_int_equal(get(VIRTIO_MMIO_CONFIG), CID);
}

static void the_kernel_serves_two_queues_until_a_reset(void **state)
{
	(void)state;
	drive(SEQPACKET, VSOCK_QUEUES);
	assert_true(running);
	assert_int_equal(features, 1ull << VIRTIO_F_VERSION_1 | SEQPACKET);
	assert_int_equal(wired[VSOCK_EVENTS], events_fd);
	put(VIRTIO_MMIO_STATUS, 0);
	assert_false(running);
	drive(0, VSOCK_QUEUES);
	assert_true(running);
	assert_int_equal(features, 1ull << VIRTIO_F_VERSION_1);
}

static void it_waits_for_both_queues(void **state)
{
	(void)state;
	drive(0, 1);
	assert_false(running);
	drive(0, 2);
	assert_true(running);
	put(VIRTIO_MMIO_QUEUE_SEL, VSOCK_RECEIVE);
	put(VIRTIO_MMIO_QUEUE_READY, 0);
	assert_false(running);
}

static void a_first_driver_has_nothing_to_lose(void **state)
{
	(void)state;
	drive(0, VSOCK_QUEUES);
	give(4, VRING_DESC_F_WRITE);
	vsock_serve_events(&vsock);
	assert_int_equal(events(), 0);
	drive(0, VSOCK_QUEUES);
	give(4, VRING_DESC_F_WRITE);
	vsock_serve_events(&vsock);
	assert_int_equal(events(), 0);
}

static void a_new_device_model_tells_that_connections_are_lost(void **state)
{
	uint32_t id;

	(void)state;
	drive(0, VSOCK_QUEUES);
	give(4, VRING_DESC_F_WRITE);
	begin();
	assert_true(running);
	assert_int_equal(events(), 1);
	memcpy(&id, ram + EVENT, sizeof(id));
	assert_int_equal(id, VIRTIO_VSOCK_EVENT_TRANSPORT_RESET);
	assert_int_equal(ram[EVENT + 4], 0xee);
	assert_true(interrupts & TRANSPORT_USED);
	/* Once. */
	give(4, VRING_DESC_F_WRITE);
	vsock_serve_events(&vsock);
	assert_int_equal(events(), 1);
}

static void it_tells_when_there_is_a_buffer(void **state)
{
	(void)state;
	drive(0, VSOCK_QUEUES);
	begin();
	assert_int_equal(events(), 0);
	begin(); /* and this one dies before it could */
	give(4, VRING_DESC_F_WRITE);
	vsock_serve_events(&vsock);
	assert_int_equal(events(), 1);
}

static void a_reset_makes_it_needless(void **state)
{
	(void)state;
	drive(0, VSOCK_QUEUES);
	begin();
	drive(0, VSOCK_QUEUES);
	give(4, VRING_DESC_F_WRITE);
	vsock_serve_events(&vsock);
	assert_int_equal(events(), 0);
}

static void bad_event_buffers_stop_the_device(void **state)
{
	static const struct {
		uint32_t bytes;
		uint16_t flags;
	} bad[] = { { 3, VRING_DESC_F_WRITE }, { 4, 0 }, { 0x10000, VRING_DESC_F_WRITE } };

	(void)state;
	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		begin();
		drive(0, VSOCK_QUEUES);
		begin();
		give(bad[n].bytes, bad[n].flags);
		vsock_serve_events(&vsock);
		assert_int_equal(events(), 0);
		assert_true(get(VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
		put(VIRTIO_MMIO_STATUS, 0);
		assert_false(running);
	}
}

static void failures_stop_it_until_reset(void **state)
{
	(void)state;
	drive(0, VSOCK_QUEUES);
	vsock_find_broken(&vsock);
	assert_false(running);
	assert_true(get(VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	assert_true(interrupts & TRANSPORT_CONFIG);
	drive(0, VSOCK_QUEUES);
	assert_true(running);
	failing = EFAULT;
	drive(0, VSOCK_QUEUES);
	assert_false(running);
	assert_true(get(VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	failing = 0;
	eventfd_write(broken_fd, 1); /* of the old queues */
	drive(0, VSOCK_QUEUES);
	assert_true(running);
	assert_int_equal(eventfd_read(broken_fd, &(eventfd_t){ 0 }), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, stale)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_driver_sees_its_address),
		TEST(the_kernel_serves_two_queues_until_a_reset),
		TEST(it_waits_for_both_queues),
		TEST(a_first_driver_has_nothing_to_lose),
		TEST(a_new_device_model_tells_that_connections_are_lost),
		TEST(it_tells_when_there_is_a_buffer),
		TEST(a_reset_makes_it_needless),
		TEST(bad_event_buffers_stop_the_device),
		TEST(failures_stop_it_until_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
