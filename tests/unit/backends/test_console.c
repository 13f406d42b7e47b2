// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_console.c - a VirtIO console's terminal gets another size.
 */
#include "console/console.h"
#include "fake_driver.h"

#include <linux/virtio_mmio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static _Alignas(4096) uint8_t page[4096];
static const struct guest_memory memory = { NULL, 0x40000000, 0 };
static struct transport_state kept;
static unsigned int interrupts;

/* No bytes go here. */
void hub_write(struct hub *hub, const void *data, size_t bytes)
{
	(void)hub;
	(void)data;
	(void)bytes;
}

size_t hub_take(struct hub *hub, void *data, size_t bytes)
{
	(void)hub;
	(void)data;
	(void)bytes;
	return 0;
}

void hub_begin(struct hub *hub, uint32_t piece)
{
	(void)hub;
	(void)piece;
}

void hub_end(struct hub *hub)
{
	(void)hub;
}

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	assert_int_equal(bit, TRANSPORT_CONFIG);
	interrupts++;
}

static struct virtio_device device = {
	.model = &console_model,
	.features = CONSOLE_FEATURES,
	.queues = CONSOLE_QUEUES,
	.memory = &memory,
	.state = &kept,
	.page = page,
	.interrupt = interrupt,
};

static void put(unsigned int offset, uint32_t value)
{
	driver_put(&device, offset, value);
}

static uint16_t half(unsigned int offset)
{
	uint16_t value;

	memcpy(&value, page + offset, sizeof(value));
	return value;
}

static int fresh(void **state)
{
	(void)state;
	memset(page, 0, sizeof(page));
	interrupts = 0;
	pthread_mutex_init(&device.lock, NULL);
	transport_init(&device);
	return 0;
}

static void drive(void)
{
	driver_begin(&device, (uint32_t)CONSOLE_FEATURES);
	driver_go(&device);
	assert_true(transport_running(&device));
}

static void the_driver_gets_one_interrupt(void **state)
{
	uint16_t generation = half(VIRTIO_MMIO_CONFIG_GENERATION);

	(void)state;
	drive();
	console_resize(&device, 132, 43);
	assert_int_equal(half(VIRTIO_MMIO_CONFIG), 132);
	assert_int_equal(half(VIRTIO_MMIO_CONFIG + 2), 43);
	assert_int_not_equal(half(VIRTIO_MMIO_CONFIG_GENERATION), generation);
	assert_int_equal(interrupts, 1);
	console_resize(&device, 132, 43);
	assert_int_equal(interrupts, 1);
	console_resize(&device, 132, 44);
	assert_int_equal(interrupts, 2);
}

static void the_size_waits_for_a_driver(void **state)
{
	(void)state;
	console_resize(&device, 80, 25);
	assert_int_equal(interrupts, 0);
	drive();
	put(VIRTIO_MMIO_STATUS, 0);
	drive();
	assert_int_equal(half(VIRTIO_MMIO_CONFIG), 80);
	put(VIRTIO_MMIO_CONFIG, 0); /* not the driver's to say */
	assert_int_equal(half(VIRTIO_MMIO_CONFIG), 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_driver_gets_one_interrupt, fresh),
		cmocka_unit_test_setup(the_size_waits_for_a_driver, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
