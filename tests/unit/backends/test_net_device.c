// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_net_device.c - what a driver sets of a network device: features, pairs, offloads.
 */
#include "net/net.h"
#include "fake_driver.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define PAIRS 3u
#define QUEUES (2 * PAIRS + 1)
#define WATCH 77

static _Alignas(4096) uint8_t ram[0x20000], page[4096];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct transport_state kept;
static struct endpoint endpoint;
static struct net net;
static unsigned int interrupts;

/* What the device did to its surroundings. */
static int wired[QUEUES];
static bool attached[PAIRS], served[PAIRS], failing;
static uint64_t tap_offloads;

int endpoint_wire(const struct endpoint *unused, unsigned int queue, int fd)
{
	(void)unused;
	assert_true(queue < QUEUES);
	wired[queue] = fd;
	return 0;
}

int watch_fd(const struct watch *watch)
{
	(void)watch;
	return WATCH;
}

int net_tap_attach(int fd, bool attach)
{
	assert_true(fd >= 0 && fd < (int)PAIRS);
	attached[fd] = attach;
	return 0;
}

int net_tap_offloads(int fd, uint64_t features)
{
	assert_int_equal(fd, 0);
	tap_offloads = features;
	return 0;
}

static int start(struct net_pair *pair)
{
	assert_true(attached[pair->index]);
	served[pair->index] = true;
	return failing ? -1 : 0;
}

static void stop(struct net_pair *pair)
{
	served[pair->index] = false;
}

static const struct net_backend backend = {
	.name = "fake", .fds = 1, .tap = true, .features = NET_TAP_FEATURES, .start = start, .stop = stop
};

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

/* A device model begins, perhaps where another died. */
static void begin(void)
{
	memset(&endpoint, 0, sizeof(endpoint));
	memset(&net, 0, sizeof(net));
	endpoint.context = &net;
	endpoint.device = (struct virtio_device){
		.model = &net_model, .memory = &memory, .state = &kept, .page = page, .interrupt = interrupt
	};
	for (unsigned int i = 0; i < QUEUES; i++)
		endpoint.kick[i] = 100 + (int)i;
	net.endpoint = &endpoint;
	net.backend = &backend;
	net.features = backend.features;
	net.pairs = PAIRS;
	net.mtu = 1400;
	memcpy(net.mac, "\x52\x54\0\1\2\3", 6);
	for (unsigned int i = 0; i < PAIRS; i++)
		net.pair[i] = (struct net_pair){ .net = &net, .index = i, .tap = (int)i };
	endpoint.device.queues = QUEUES;
	endpoint.device.features = net_features(&net);
	net_show_config(&endpoint.device);
	memset(attached, true, sizeof(attached));
	memset(served, 0, sizeof(served));
	memset(wired, 0, sizeof(wired));
	failing = false;
	interrupts = 0;
	tap_offloads = 0;
	transport_init(&endpoint.device);
}

static int fresh(void **state)
{
	(void)state;
	memset(page, 0, sizeof(page));
	memset(ram, 0, sizeof(ram));
	begin();
	return 0;
}

static uint64_t ring(unsigned int queue)
{
	return RAM + queue * 0x1000;
}

/* A driver that takes @features and sets all queues up. */
static void drive(uint64_t features)
{
	put(VIRTIO_MMIO_STATUS, 0);
	driver_begin(&endpoint.device, (uint32_t)features);
	for (unsigned int queue = 0; queue < QUEUES; queue++) {
		driver_queue(&endpoint.device, queue, 8, ring(queue), ring(queue) + 0x400, ring(queue) + 0x800);
	}
	driver_go(&endpoint.device);
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 15);
}

/* A command of @bytes on @queue. Return: the answer. */
static uint8_t command(unsigned int queue, const void *bytes, uint32_t count)
{
	uint8_t *base = ram + queue * 0x1000;
	struct vring_desc *desc = (struct vring_desc *)(void *)base;
	uint16_t *avail = (uint16_t *)(void *)(base + 0x400);

	memcpy(ram + 0x10000, bytes, count);
	ram[0x10100] = 0xee;
	desc[0] = (struct vring_desc){ RAM + 0x10000, count, VRING_DESC_F_NEXT, 1 };
	desc[1] = (struct vring_desc){ RAM + 0x10100, 1, VRING_DESC_F_WRITE, 0 };
	avail[2 + avail[1] % 8] = 0;
	avail[1]++;
	net_serve_control(&net);
	return ram[0x10100];
}

static uint8_t set_pairs(unsigned int queue, uint8_t pairs)
{
	return command(queue, (const uint8_t[]){ VIRTIO_NET_CTRL_MQ, 0, pairs, 0 }, 4);
}

#define BIT(name) (1ull << VIRTIO_NET_F_##name)
#define ALL (BIT(CTRL_VQ) | BIT(MQ) | BIT(CTRL_GUEST_OFFLOADS) | BIT(GUEST_CSUM) | BIT(GUEST_TSO4))

static void the_configuration_is_shown(void **state)
{
	const struct virtio_net_config *config = (const void *)(page + VIRTIO_MMIO_CONFIG);

	(void)state;
	assert_memory_equal(config->mac, net.mac, 6);
	assert_int_equal(config->status, VIRTIO_NET_S_LINK_UP);
	assert_int_equal(config->max_virtqueue_pairs, PAIRS);
	assert_int_equal(config->mtu, 1400);
	assert_true(endpoint.device.features & BIT(MTU));
	assert_true(endpoint.device.features & BIT(MQ));
	assert_false(endpoint.device.features >> VIRTIO_F_RING_PACKED & 1);
	net.packed = true;
	assert_true(net_features(&net) >> VIRTIO_F_RING_PACKED & 1);
	net.mtu = 0;
	net.pairs = 1;
	assert_false(net_features(&net) & (BIT(MTU) | BIT(MQ)));
}

static void one_pair_runs_at_first(void **state)
{
	(void)state;
	drive(ALL);
	assert_true(served[0] && attached[0]);
	assert_false(served[1] || attached[1] || served[2] || attached[2]);
	assert_int_equal(wired[2 * PAIRS], WATCH);
	assert_int_equal(wired[2], endpoint.kick[2]);
	assert_true(tap_offloads & BIT(GUEST_TSO4));
	put(VIRTIO_MMIO_STATUS, 0);
	assert_false(served[0]);
}

static void the_control_queue_is_the_third_without_multiqueue(void **state)
{
	(void)state;
	drive(ALL & ~BIT(MQ));
	assert_int_equal(wired[2], WATCH);
	assert_int_equal(set_pairs(2, 1), VIRTIO_NET_ERR); /* it did not take the feature */
	assert_true(interrupts & TRANSPORT_USED);
	assert_false(served[1]);
}

static void the_driver_sets_pairs(void **state)
{
	(void)state;
	drive(ALL);
	assert_int_equal(set_pairs(6, 3), VIRTIO_NET_OK);
	assert_true(served[1] && attached[1] && served[2] && attached[2]);
	assert_int_equal(set_pairs(6, 2), VIRTIO_NET_OK);
	assert_true(served[1] && attached[1]);
	assert_false(served[2] || attached[2]);
	assert_int_equal(set_pairs(6, 0), VIRTIO_NET_ERR);
	assert_int_equal(set_pairs(6, PAIRS + 1), VIRTIO_NET_ERR);
	assert_true(served[1]);
	drive(ALL);
	assert_false(served[1] || attached[1]);
}

static void the_driver_sets_offloads(void **state)
{
	const uint8_t checksum[] = { VIRTIO_NET_CTRL_GUEST_OFFLOADS, 0, 2, 0, 0, 0, 0, 0, 0, 0 };
	const uint8_t others[] = { VIRTIO_NET_CTRL_GUEST_OFFLOADS, 0, 0, 1, 0, 0, 0, 0, 0, 0 };

	(void)state;
	drive(ALL);
	assert_int_equal(command(6, checksum, sizeof(checksum)), VIRTIO_NET_OK);
	assert_int_equal(tap_offloads, BIT(GUEST_CSUM));
	assert_int_equal(command(6, others, sizeof(others)), VIRTIO_NET_ERR); /* GUEST_TSO6 was not taken */
	assert_int_equal(tap_offloads, BIT(GUEST_CSUM));
}

static void the_next_device_model_knows_both(void **state)
{
	const uint8_t checksum[] = { VIRTIO_NET_CTRL_GUEST_OFFLOADS, 0, 2, 0, 0, 0, 0, 0, 0, 0 };

	(void)state;
	drive(ALL);
	assert_int_equal(set_pairs(6, 2), VIRTIO_NET_OK);
	assert_int_equal(command(6, checksum, sizeof(checksum)), VIRTIO_NET_OK);
	begin();
	assert_true(served[0] && served[1]);
	assert_false(attached[2]);
	assert_int_equal(tap_offloads & ALL, BIT(GUEST_CSUM));
	assert_int_equal(set_pairs(6, 3), VIRTIO_NET_OK);
	assert_true(served[2]);
}

static void a_pair_runs_when_both_queues_are_there(void **state)
{
	(void)state;
	drive(ALL);
	put(VIRTIO_MMIO_QUEUE_SEL, 1);
	put(VIRTIO_MMIO_QUEUE_READY, 0);
	assert_false(served[0]);
	put(VIRTIO_MMIO_QUEUE_READY, 1);
	assert_true(served[0]);
}

static void failures_stop_the_device_until_reset(void **state)
{
	(void)state;
	drive(ALL);
	net_find_broken(&net);
	assert_false(served[0]);
	assert_true(get(VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	assert_true(interrupts & TRANSPORT_CONFIG);
	drive(ALL);
	failing = true;
	set_pairs(6, 2);
	assert_true(get(VIRTIO_MMIO_STATUS) & VIRTIO_CONFIG_S_NEEDS_RESET);
	failing = false;
	drive(ALL);
}

static void the_link_goes_down_and_up(void **state)
{
	const struct virtio_net_config *config = (const void *)(page + VIRTIO_MMIO_CONFIG);
	uint32_t generation;

	(void)state;
	drive(ALL);
	interrupts = 0;
	generation = get(VIRTIO_MMIO_CONFIG_GENERATION);
	net_set_link(&net, false);
	assert_int_equal(config->status, 0);
	assert_int_not_equal(get(VIRTIO_MMIO_CONFIG_GENERATION), generation);
	assert_true(interrupts & TRANSPORT_CONFIG);
	interrupts = 0;
	net_set_link(&net, false);
	assert_int_equal(interrupts, 0);
	drive(ALL);
	assert_int_equal(config->status, 0);
	net_set_link(&net, true);
	assert_int_equal(config->status, VIRTIO_NET_S_LINK_UP);
	assert_true(interrupts & TRANSPORT_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_configuration_is_shown, fresh),
		cmocka_unit_test_setup(one_pair_runs_at_first, fresh),
		cmocka_unit_test_setup(the_control_queue_is_the_third_without_multiqueue, fresh),
		cmocka_unit_test_setup(the_driver_sets_pairs, fresh),
		cmocka_unit_test_setup(the_driver_sets_offloads, fresh),
		cmocka_unit_test_setup(the_next_device_model_knows_both, fresh),
		cmocka_unit_test_setup(a_pair_runs_when_both_queues_are_there, fresh),
		cmocka_unit_test_setup(failures_stop_the_device_until_reset, fresh),
		cmocka_unit_test_setup(the_link_goes_down_and_up, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
