// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_input.c - a driver of the VirtIO power button and keyboard.
 */
#include "input/input.h"
#include "fake_driver.h"

#include <linux/input-event-codes.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RAM 0x40000000ull
#define SIZE 8u
#define DESC 0x0000u
#define AVAIL 0x1000u
#define USED 0x2000u
#define EVENTS 0x3000u
#define SELECT offsetof(struct virtio_input_config, select)
#define SUBSEL offsetof(struct virtio_input_config, subsel)

static _Alignas(4096) uint8_t ram[0x8000];
static _Alignas(4096) uint8_t page[4096];
static const struct guest_memory memory = { ram, RAM, sizeof(ram) };
static struct transport_state kept;
static unsigned int interrupts;

static void interrupt(struct virtio_device *device, enum transport_interrupt bit)
{
	(void)device;
	(void)bit;
	interrupts++;
}

static struct virtio_device device = {
	.model = &input_model,
	.queues = INPUT_QUEUES,
	.memory = &memory,
	.state = &kept,
	.page = page,
	.interrupt = interrupt,
};
static struct input input = { .device = &device };

static void put(unsigned int offset, uint32_t value)
{
	driver_put(&device, offset, value);
}

static void ask(uint8_t select, uint8_t subsel)
{
	transport_write(&device, VIRTIO_MMIO_CONFIG + SELECT, 1, select);
	transport_write(&device, VIRTIO_MMIO_CONFIG + SUBSEL, 1, subsel);
}

static const struct virtio_input_config *config(void)
{
	return (const struct virtio_input_config *)(const void *)(page + VIRTIO_MMIO_CONFIG);
}

static int fresh(void **state)
{
	(void)state;
	memset(page, 0, sizeof(page));
	memset(ram, 0, sizeof(ram));
	interrupts = 0;
	input.count = 0;
	pthread_mutex_init(&device.lock, NULL);
	transport_init(&device);
	return 0;
}

/* A driver with @buffers event buffers in the first queue. */
static void start(unsigned int buffers)
{
	struct vring_desc *desc = (struct vring_desc *)(void *)(ram + DESC);
	uint16_t *avail = (uint16_t *)(void *)(ram + AVAIL);

	driver_begin(&device, 0);
	driver_queue(&device, INPUT_EVENTS, SIZE, RAM + DESC, RAM + AVAIL, RAM + USED);
	for (uint16_t n = 0; n < buffers; n++) {
		desc[n] = (struct vring_desc){ .addr = RAM + EVENTS + n * 8u, .len = 8, .flags = VRING_DESC_F_WRITE };
		avail[2 + n] = n;
	}
	avail[1] = (uint16_t)buffers;
	driver_go(&device);
}

static bool press_power(bool down)
{
	return input_press(&input, &(struct key_event){ KEY_POWER, down }, 1);
}

static uint16_t used_index(void)
{
	uint16_t index;

	memcpy(&index, ram + USED + 2, sizeof(index));
	return index;
}

static const struct virtio_input_event *event(unsigned int n)
{
	return (const struct virtio_input_event *)(const void *)(ram + EVENTS) + n;
}

static void it_says_what_it_is(void **state)
{
	static const uint16_t keys[] = {
		KEY_POWER, KEY_SLEEP, KEY_WAKEUP, KEY_LEFTALT, KEY_SYSRQ, KEY_A, KEY_M, KEY_0
	};

	(void)state;
	ask(VIRTIO_INPUT_CFG_ID_NAME, 0);
	assert_int_equal(config()->size, strlen("ViMo-S power button"));
	assert_memory_equal(config()->u.string, "ViMo-S power button", config()->size);
	ask(VIRTIO_INPUT_CFG_EV_BITS, EV_KEY);
	assert_int_equal(config()->size, KEY_WAKEUP / 8 + 1);
	for (unsigned int n = 0; n < sizeof(keys) / sizeof(keys[0]); n++)
		assert_true(config()->u.bitmap[keys[n] / 8] & 1 << keys[n] % 8);
	assert_int_equal(config()->u.bitmap[0], 0xfc); /* 1 to 6: nothing of the name is left */
	ask(VIRTIO_INPUT_CFG_EV_BITS, EV_REL);
	assert_int_equal(config()->size, 0);
	ask(0xff, 0xff);
	assert_int_equal(config()->size, 0);
}

static void nothing_else_can_be_written(void **state)
{
	uint8_t before[256];

	(void)state;
	ask(VIRTIO_INPUT_CFG_ID_NAME, 0);
	memcpy(before, page + VIRTIO_MMIO_CONFIG, sizeof(before));
	for (unsigned int offset = 0; offset < 4096 - VIRTIO_MMIO_CONFIG; offset++)
		for (unsigned int width = 1; width <= 8; width *= 2)
			if (offset > SUBSEL || width != 1)
				transport_write(&device, VIRTIO_MMIO_CONFIG + offset, width, ~0ull);
	assert_memory_equal(before, page + VIRTIO_MMIO_CONFIG, sizeof(before));
}

static void a_press_is_two_events_and_an_interrupt(void **state)
{
	(void)state;
	start(4);
	assert_true(press_power(true));
	assert_int_equal(used_index(), 2);
	assert_int_equal(event(0)->type, EV_KEY);
	assert_int_equal(event(0)->code, KEY_POWER);
	assert_int_equal(event(0)->value, 1);
	assert_int_equal(event(1)->type, EV_SYN);
	assert_int_equal(interrupts, 1);
	assert_true(press_power(false));
	assert_int_equal(used_index(), 4);
	assert_int_equal(event(2)->value, 0);
}

static void without_a_driver_nothing_waits(void **state)
{
	(void)state;
	assert_false(press_power(true));
	assert_int_equal(input.count, 0);
	assert_int_equal(interrupts, 0);
}

static void events_wait_for_buffers_but_not_without_end(void **state)
{
	uint16_t *avail = (uint16_t *)(void *)(ram + AVAIL);

	(void)state;
	start(1);
	for (unsigned int n = 0; n < 100; n++)
		assert_true(press_power(n & 1));
	assert_int_equal(used_index(), 1);
	assert_true(input.count <= INPUT_PENDING_MAX);
	avail[2 + 1] = 0; /* the driver gives its buffer back */
	avail[1] = 2;
	assert_false(input_work(&input));
	assert_int_equal(used_index(), 2);
	assert_int_equal(event(0)->type, EV_SYN);
}

static void a_reset_forgets_what_waits(void **state)
{
	(void)state;
	start(0);
	assert_true(press_power(true));
	assert_int_equal(input.count, 2);
	put(VIRTIO_MMIO_STATUS, 0);
	input_work(&input);
	assert_int_equal(input.count, 0);
}

static void keys_go_down_and_up_in_reverse(void **state)
{
	static const struct key_event wanted[] = {
		{ KEY_LEFTALT, true }, { KEY_SYSRQ, true },  { KEY_C, true },
		{ KEY_C, false },      { KEY_SYSRQ, false }, { KEY_LEFTALT, false },
	};
	struct key_event events[KEYS_EVENTS_MAX];
	struct error err;

	(void)state;
	start(8);
	assert_int_equal(keys_of("sysrq", "c", events, &err), 6);
	for (unsigned int n = 0; n < 6; n++) {
		assert_int_equal(events[n].code, wanted[n].code);
		assert_int_equal(events[n].down, wanted[n].down);
	}
	assert_true(input_press(&input, events, 6));
	assert_int_equal(used_index(), 8);
	assert_int_equal(input.count, 4); /* they wait for buffers */
	for (unsigned int n = 0; n < 8; n += 2)
		assert_int_equal(event(n)->code, wanted[n / 2].code);
	while (input.count + 12 <= INPUT_PENDING_MAX)
		assert_true(input_press(&input, events, 6));
	assert_true(input_press(&input, events, 6)); /* all of a combination is dropped */
	assert_int_equal(input.count, 28);
}

static void events_without_keys_are_refused(void **state)
{
	static const struct {
		const char *event, *key;
		int count;
	} cases[] = {
		{ "sleep", NULL, 2 }, { "wakeup", NULL, 2 }, { "sysrq", "0", 6 },   { "sysrq", NULL, -1 },
		{ "sysrq", "", -1 },  { "sysrq", "C", -1 },  { "sysrq", "cc", -1 }, { "sysrq", " ", -1 },
		{ "sleep", "c", -1 }, { "nmi", NULL, -1 },   { "power", NULL, -1 }, { NULL, NULL, -1 },
	};
	struct key_event events[KEYS_EVENTS_MAX];
	struct error err;

	(void)state;
	for (unsigned int n = 0; n < sizeof(cases) / sizeof(cases[0]); n++)
		assert_int_equal(keys_of(cases[n].event, cases[n].key, events, &err), cases[n].count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_says_what_it_is, fresh),
		cmocka_unit_test_setup(nothing_else_can_be_written, fresh),
		cmocka_unit_test_setup(a_press_is_two_events_and_an_interrupt, fresh),
		cmocka_unit_test_setup(without_a_driver_nothing_waits, fresh),
		cmocka_unit_test_setup(events_wait_for_buffers_but_not_without_end, fresh),
		cmocka_unit_test_setup(a_reset_forgets_what_waits, fresh),
		cmocka_unit_test_setup(keys_go_down_and_up_in_reverse, fresh),
		cmocka_unit_test_setup(events_without_keys_are_refused, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
