// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_transport.c - a driver's conversation with a virtio-mmio device.
 */
#include "virtio/transport.h"
#include "fake_driver.h"
#include "fake_packed.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RAM 0x40000000ull

static _Alignas(4096) uint8_t ram[0x8000];
static _Alignas(4096) uint8_t page[4096];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static const struct virtio_model model = { .device_id = 3 };
static struct transport_state kept;
static unsigned int interrupts;

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	interrupts |= bit;
}

static struct virtio_device device = {
	.model = &model,
	.queues = 2,
	.memory = &memory,
	.state = &kept,
	.page = page,
	.interrupt = interrupt,
};

static uint32_t get(unsigned int offset)
{
	return driver_get(&device, offset);
}

static void put(unsigned int offset, uint32_t value)
{
	driver_put(&device, offset, value);
}

static int fresh(void **state)
{
	(void)state;
	device.features = 0;
	device.queue_size_max = 0;
	memset(page, 0, sizeof(page));
	memset(ram, 0, sizeof(ram));
	interrupts = 0;
	transport_init(&device);
	return 0;
}

static void negotiate(void)
{
	driver_begin(&device, 0);
}

static void set_queue(uint64_t desc)
{
	driver_queue(&device, 1, 8, desc, RAM + 0x1000, RAM + 0x2000);
}

static void a_driver_starts_a_queue(void **state)
{
	(void)state;
	assert_int_equal(get(VIRTIO_MMIO_MAGIC_VALUE), 0x74726976);
	assert_int_equal(get(VIRTIO_MMIO_VERSION), 2);
	assert_int_equal(get(VIRTIO_MMIO_DEVICE_ID), 3);
	put(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	assert_int_equal(get(VIRTIO_MMIO_DEVICE_FEATURES), 1);
	put(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
	assert_int_equal(get(VIRTIO_MMIO_DEVICE_FEATURES), 0);
	negotiate();
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 11);
	set_queue(RAM);
	assert_int_equal(get(VIRTIO_MMIO_QUEUE_READY), 1);
	assert_false(device.queue[1].running);
	driver_go(&device);
	assert_true(device.queue[1].running);
	put(VIRTIO_MMIO_STATUS, 0);
	assert_false(device.queue[1].running);
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 0);
	assert_int_equal(get(VIRTIO_MMIO_QUEUE_READY), 0);
}

static void features_must_be_ours(void **state)
{
	(void)state;
	put(VIRTIO_MMIO_STATUS, 11); /* without VERSION_1 */
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 3);
	put(VIRTIO_MMIO_STATUS, 0);
	driver_begin(&device, 1u << 5);
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 3);
}

static void a_queue_outside_memory_does_not_become_ready(void **state)
{
	(void)state;
	negotiate();
	set_queue(0xffffffffffff0000ull);
	assert_int_equal(get(VIRTIO_MMIO_QUEUE_READY), 0);
}

/* @size: of a queue. Return: whether it becomes ready. */
static bool takes(unsigned int size)
{
	put(VIRTIO_MMIO_STATUS, 0);
	negotiate();
	driver_queue(&device, 1, size, RAM, RAM + 0x1000, RAM + 0x2000);
	return get(VIRTIO_MMIO_QUEUE_READY);
}

static void queues_are_as_large_as_the_device_says(void **state)
{
	(void)state;
	assert_int_equal(get(VIRTIO_MMIO_QUEUE_NUM_MAX), 256);
	assert_true(takes(256));
	assert_false(takes(512));
	device.queue_size_max = 1024;
	assert_true(takes(512));
	assert_int_equal(get(VIRTIO_MMIO_QUEUE_NUM_MAX), 1024);
	assert_false(takes(2048));
}

static void a_broken_queue_asks_for_reset(void **state)
{
	static struct virtqueue_chain chain;

	(void)state;
	negotiate();
	set_queue(RAM);
	driver_go(&device);
	ram[0x1002] = 0xff;
	assert_false(virtqueue_pop(&device.queue[1], &chain));
	transport_check(&device);
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 15 | 64);
	assert_int_equal(interrupts, TRANSPORT_CONFIG);
	assert_false(transport_running(&device));
	put(VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 0);
}

static void a_successor_goes_on(void **state)
{
	(void)state;
	negotiate();
	set_queue(RAM);
	driver_go(&device);
	memset(device.queue, 0, sizeof(device.queue));
	transport_init(&device);
	assert_true(device.queue[1].running);
	assert_int_equal(interrupts, TRANSPORT_USED);
	memset(&kept, 0, sizeof(kept)); /* its file was lost */
	transport_init(&device);
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 15 | 64);
}

/* What the device could not give back before has nothing to do with the queue that is made ready again. */
static void a_queue_begins_with_nothing_taken(void **state)
{
	static const struct virtio_model out_of_order = { .device_id = 3, .out_of_order = true };
	static struct virtqueue_chain chain;

	(void)state;
	device.model = &out_of_order;
	negotiate();
	set_queue(RAM);
	driver_go(&device);
	kept.queue[1].buffers.split.taken[2] = SPLIT_TAKEN;
	put(VIRTIO_MMIO_QUEUE_READY, 0);
	set_queue(RAM);
	device.model = &model;
	assert_true(device.queue[1].running);
	assert_false(virtqueue_pop(&device.queue[1], &chain));
	assert_false(device.queue[1].broken);
	assert_int_equal(device.queue[1].last_avail, 0);
}

static void packed_rings_are_for_who_offers_them(void **state)
{
	(void)state;
	driver_begin_with(&device, 0, 4);
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 3);
	device.features = 1ull << VIRTIO_F_RING_PACKED;
	put(VIRTIO_MMIO_STATUS, 0);
	driver_begin(&device, 0); /* a driver without the feature gets split rings */
	set_queue(RAM);
	driver_go(&device);
	assert_true(device.queue[1].running);
	assert_ptr_equal(device.queue[1].ops, &split_ops);
}

/* Buffers in flight are the next vimo-dm's, too. No buffer is in flight after a reset, or in a queue that is made ready
 * again. */
static void a_packed_queue_has_its_state(void **state)
{
	static struct virtqueue_chain chain;
	const struct vring_packed_desc buffer = { RAM + 0x3000, 4, 0, 0 };
	struct vring_packed_desc *ring = (struct vring_packed_desc *)(void *)ram;
	struct fake_packed driver = fake_packed_new(7);

	(void)state;
	device.features = 1ull << VIRTIO_F_RING_PACKED;
	for (unsigned int round = 0; round < 3; round++) {
		put(VIRTIO_MMIO_STATUS, 0);
		driver_begin_with(&device, 0, 4);
		assert_int_equal(get(VIRTIO_MMIO_STATUS), 11);
		driver_queue(&device, 1, 7, RAM, RAM + 0x1000, RAM + 0x1004);
		driver_go(&device);
		for (uint16_t id = 0; id < 7; id++)
			fake_packed_offer(&driver, ring, id, &buffer, 1);
		for (uint16_t id = 0; id < 2; id++)
			assert_true(virtqueue_pop(&device.queue[1], &chain));
		virtqueue_push(&device.queue[1], 1, 0);
		memset(device.queue, 0, sizeof(device.queue));
		transport_init(&device);
		for (uint16_t id = 0; id < 7; id++) {
			if (id == 1)
				continue;
			assert_true(virtqueue_pop(&device.queue[1], &chain));
			assert_int_equal(chain.head, id);
		}
		if (round == 1) {
			put(VIRTIO_MMIO_QUEUE_READY, 0);
			put(VIRTIO_MMIO_QUEUE_READY, 1);
			assert_int_equal(get(VIRTIO_MMIO_QUEUE_READY), 1);
			memset(ram, 0, sizeof(ram));
			assert_false(virtqueue_pop(&device.queue[1], &chain));
		}
		memset(ram, 0, sizeof(ram));
		driver = fake_packed_new(7);
	}
}

static void any_write_is_survived(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned int i = 0; i < 200000; i++) {
		seed = seed * 1664525 + 1013904223;
		transport_write(&device, seed >> 8 & 0xfff, 1u << (seed >> 28 & 3), (uint64_t)seed << (seed >> 30) * 8);
		put(0x30 + (seed >> 20 & 0x7c), seed >> 12 & 0xff);
	}
}

/* A guest that took over the previous vimo-dm wrote them: features that the device does not offer, with state that
 * only these have. */
static void forged_features_ask_for_reset(void **state)
{
	(void)state;
	negotiate();
	set_queue(RAM);
	driver_go(&device);
	for (unsigned int round = 0; round < 2; round++) {
		kept.driver_features = 1ull << VIRTIO_F_VERSION_1 | 1ull << (round ? VIRTIO_F_RING_PACKED : 5);
		memset(&kept.queue[1].buffers, 0xff, sizeof(kept.queue[1].buffers));
		kept.queue[1].ready = 2;
		memset(device.queue, 0, sizeof(device.queue));
		*(uint32_t *)(void *)(page + VIRTIO_MMIO_STATUS) = 15;
		transport_init(&device);
		assert_int_equal(get(VIRTIO_MMIO_STATUS), 15 | 64);
		assert_int_equal(kept.driver_features, 0);
		assert_int_equal(kept.queue[1].ready, 0);
		assert_false(device.queue[1].running);
	}
	/* In the state of a packed queue that the device does offer. */
	device.features = 1ull << VIRTIO_F_RING_PACKED;
	kept.driver_features = 1ull << VIRTIO_F_VERSION_1 | 1ull << VIRTIO_F_RING_PACKED;
	kept.queue[1].ready = 1;
	*(uint32_t *)(void *)(page + VIRTIO_MMIO_STATUS) = 15;
	transport_init(&device);
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 15 | 64);
	assert_false(device.queue[1].running);
	put(VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(get(VIRTIO_MMIO_STATUS), 0);
}

static void a_driver_that_has_not_agreed_keeps_its_features(void **state)
{
	(void)state;
	kept.driver_features = 1u << 5;
	kept.queue[0].ready = 1;
	kept.queue[1].ready = UINT32_MAX;
	transport_decode_state(&kept, 2, 1ull << VIRTIO_F_VERSION_1, false);
	assert_int_equal(kept.driver_features, 1u << 5);
	assert_int_equal(kept.queue[0].ready, 1);
	assert_int_equal(kept.queue[1].ready, 0);
	transport_decode_state(&kept, 2, 1ull << VIRTIO_F_VERSION_1, true);
	assert_int_equal(kept.driver_features, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_driver_starts_a_queue, fresh),
		cmocka_unit_test_setup(features_must_be_ours, fresh),
		cmocka_unit_test_setup(a_queue_outside_memory_does_not_become_ready, fresh),
		cmocka_unit_test_setup(queues_are_as_large_as_the_device_says, fresh),
		cmocka_unit_test_setup(a_broken_queue_asks_for_reset, fresh),
		cmocka_unit_test_setup(a_successor_goes_on, fresh),
		cmocka_unit_test_setup(a_queue_begins_with_nothing_taken, fresh),
		cmocka_unit_test_setup(packed_rings_are_for_who_offers_them, fresh),
		cmocka_unit_test_setup(a_packed_queue_has_its_state, fresh),
		cmocka_unit_test_setup(any_write_is_survived, fresh),
		cmocka_unit_test_setup(forged_features_ask_for_reset, fresh),
		cmocka_unit_test_setup(a_driver_that_has_not_agreed_keeps_its_features, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
