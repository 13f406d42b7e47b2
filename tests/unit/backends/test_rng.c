// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_rng.c - a driver of the entropy device, friendly and not.
 */
#include "rng/rng.h"
#include "fake_driver.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define SIZE 32u
#define DESC 0x0000u
#define AVAIL 0x1000u
#define USED 0x2000u
#define DATA 0x4000u
#define DATA_BYTES 0xc000u

static _Alignas(4096) uint8_t ram[DATA + DATA_BYTES];
static _Alignas(4096) uint8_t page[4096];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct transport_state kept;
static unsigned int interrupts;

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	interrupts |= bit;
}

static struct virtio_device device = {
	.model = &rng_model,
	.queues = RNG_QUEUES,
	.memory = &memory,
	.state = &kept,
	.page = page,
	.interrupt = interrupt,
};

static struct rng rng = { .device = &device };
static uint64_t now;

static struct vring_desc *desc(unsigned int n)
{
	return (struct vring_desc *)(void *)(ram + DESC) + n;
}

static uint16_t *avail(unsigned int n)
{
	return (uint16_t *)(void *)(ram + AVAIL) + n;
}

static const struct vring_used *used(void)
{
	return (const struct vring_used *)(const void *)(ram + USED);
}

static void put(unsigned int offset, uint32_t value)
{
	driver_put(&device, offset, value);
}

static uint32_t status(void)
{
	return driver_get(&device, VIRTIO_MMIO_STATUS);
}

/* A driver with a queue and no buffers in it. */
static int start(void **state)
{
	(void)state;
	memset(page, 0, sizeof(page));
	memset(ram, 0, sizeof(ram));
	interrupts = 0;
	pthread_mutex_init(&device.lock, NULL);
	transport_init(&device);
	driver_begin(&device, 0);
	driver_queue(&device, RNG_REQUESTS, SIZE, RAM + DESC, RAM + AVAIL, RAM + USED);
	driver_go(&device);
	return rng_ready();
}

static void give(uint16_t head)
{
	*avail(2 + *avail(1) % SIZE) = head;
	++*avail(1);
}

static bool all_zero(unsigned int offset, size_t bytes)
{
	while (bytes && !ram[DATA + offset])
		offset++, bytes--;
	return !bytes;
}

static void a_buffer_is_filled(void **state)
{
	(void)state;
	*desc(0) = (struct vring_desc){ RAM + DATA, 64, VRING_DESC_F_WRITE, 0 };
	give(0);
	assert_false(rng_work(&rng, now));
	assert_int_equal(used()->idx, 1);
	assert_int_equal(used()->ring[0].id, 0);
	assert_int_equal(used()->ring[0].len, 64);
	assert_false(all_zero(0, 32) || all_zero(32, 32));
	assert_true(all_zero(64, DATA_BYTES - 64));
	assert_int_equal(interrupts, TRANSPORT_USED);
}

static void a_buffer_in_pieces_is_filled_up_to_a_limit(void **state)
{
	(void)state;
	*desc(0) = (struct vring_desc){ RAM + DATA, 32, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, 1 };
	*desc(1) = (struct vring_desc){ RAM + DATA + 64, 0x8000, VRING_DESC_F_WRITE, 0 };
	give(0);
	assert_false(rng_work(&rng, now));
	assert_int_equal(used()->ring[0].len, RNG_BUFFER_MAX);
	assert_false(all_zero(0, 32));
	assert_true(all_zero(32, 32));
	assert_false(all_zero(64 + RNG_BUFFER_MAX - 64, 32));
	assert_true(all_zero(64 + RNG_BUFFER_MAX - 32, 64));
}

static void many_buffers_need_several_turns(void **state)
{
	(void)state;
	for (uint16_t n = 0; n < SIZE; n++) {
		*desc(n) = (struct vring_desc){ RAM + DATA + 16 * n, 16, VRING_DESC_F_WRITE, 0 };
		give(n);
	}
	assert_true(rng_work(&rng, now));
	assert_int_equal(used()->idx, RNG_TURN_BUFFERS);
	while (rng_work(&rng, now))
		assert_true(used()->idx <= SIZE);
	assert_int_equal(used()->idx, SIZE);
}

static void a_limit_holds(void **state)
{
	uint64_t bytes = 0;

	(void)state;
	rng.limit = (struct limit){ .rate = 10000 };
	now = 5000000000ull;
	for (uint16_t n = 0; n < SIZE; n++)
		*desc(n) = (struct vring_desc){ RAM + DATA, 1000, VRING_DESC_F_WRITE, 0 };
	/* A driver that asks at once for what it was given. */
	for (uint64_t end = now + 2000000000ull; now < end; now += rng.wait) {
		while (*avail(1) < used()->idx + SIZE)
			give(*avail(1) % SIZE);
		while (rng_work(&rng, now))
			;
		assert_true(rng.wait);
		bytes = used()->idx * 1000u;
	}
	/* Of two seconds, what may come at once, and a buffer. */
	assert_in_range(bytes, 20000, 22000);
	/* Nothing is lost when it comes to nothing: the rest follows. */
	while (used()->idx < *avail(1)) {
		now += 100000000;
		rng_work(&rng, now);
	}
	rng.limit.rate = 0;
}

static void what_cannot_be_filled_stops_the_device(void **state)
{
	static const struct vring_desc bad[] = {
		{ RAM + DATA, 16, 0, 0 },                                         /* we may only read */
		{ RAM + DATA, 16, VRING_DESC_F_NEXT, 1 },                         /* the first part of it */
		{ RAM + sizeof(ram) - 8, 16, VRING_DESC_F_WRITE, 0 },             /* no memory of the guest */
		{ 0x1000, 16, VRING_DESC_F_WRITE, 0 },                            /* nor this */
		{ RAM + DATA, 16, VRING_DESC_F_WRITE | VRING_DESC_F_NEXT, SIZE }, /* out of the table */
	};

	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		start(state);
		*desc(0) = bad[n];
		*desc(1) = (struct vring_desc){ RAM + DATA, 16, VRING_DESC_F_WRITE, 0 };
		give(0);
		assert_false(rng_work(&rng, now));
		assert_int_equal(used()->idx, 0);
		assert_true(all_zero(0, DATA_BYTES));
		assert_true(status() & VIRTIO_CONFIG_S_NEEDS_RESET);
		assert_int_equal(interrupts, TRANSPORT_CONFIG);
	}
}

static void without_a_driver_nothing_is_touched(void **state)
{
	(void)state;
	*desc(0) = (struct vring_desc){ RAM + DATA, 64, VRING_DESC_F_WRITE, 0 };
	give(0);
	put(VIRTIO_MMIO_STATUS, 0);
	assert_false(rng_work(&rng, now));
	assert_true(all_zero(0, DATA_BYTES));
	assert_int_equal(used()->idx, 0);
	assert_int_equal(interrupts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_buffer_is_filled, start),
		cmocka_unit_test_setup(a_buffer_in_pieces_is_filled_up_to_a_limit, start),
		cmocka_unit_test_setup(many_buffers_need_several_turns, start),
		cmocka_unit_test_setup(a_limit_holds, start),
		cmocka_unit_test_setup(what_cannot_be_filled_stops_the_device, start),
		cmocka_unit_test_setup(without_a_driver_nothing_is_touched, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
