// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pl011.c - the emulated UART, from both sides of its rings.
 */
#include "fake_guest.h"
#include <string.h>
#include <vimo/guest_map.h>
#include "io/event.h"
#include "io/io.h"
#include "io/pl011.h"

enum {
	DR = 0x00,
	RSR = 0x04,
	FR = 0x18,
	IBRD = 0x24,
	FBRD = 0x28,
	LCR_H = 0x2c,
	CR = 0x30,
	IFLS = 0x34,
	IMSC = 0x38,
	RIS = 0x3c,
	MIS = 0x40,
	ICR = 0x44,
	DMACR = 0x48,
	PERIPH_ID = 0xfe0,
};
#define FR_RXFE 0x10u
#define FR_TXFF 0x20u
#define FR_RXFF 0x40u
#define FR_TXFE 0x80u
#define FEN 0x10u
#define INT_RX 0x10u
#define INT_TX 0x20u
#define INT_RT 0x40u
#define EVENT 9u

static struct domain *guest;
static struct vimo_console_page *page;

static uint64_t access_uart(uint64_t offset, unsigned int width, bool write, uint64_t data)
{
	const struct mmio_region *region = mmio_find(&guest->mmio, VIMO_GUEST_UART_BASE + offset);
	struct mmio_access access = { .offset = offset, .data = data, .width = (uint8_t)width, .write = write };

	assert_non_null(region);
	assert_int_equal(region->access(guest->vcpus[0], region->context, &access), MMIO_DONE);
	return access.data;
}

static uint32_t get(uint64_t offset)
{
	return (uint32_t)access_uart(offset, 4, false, 0);
}

static void put(uint64_t offset, uint32_t value)
{
	access_uart(offset, 4, true, value);
}

static int start(void **state)
{
	(void)state;
	io_init();
	fake_guest_start();
	event_init();
	guest = fake_domu(1);
	page = guest->io->console;
	assert_int_equal(event_bind(guest, VIMO_EVENT_CONSOLE, 0, (struct event_binding){ EVENT, 1 }), VIMO_OK);
	fake_irq = (struct fake_irq){ 0 };
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fake_guest_stop();
	return 0;
}

/* dom0 took all its events. */
static bool event_was_raised(void)
{
	struct vimo_event_page *events = (struct vimo_event_page *)event_pages().v + 1;
	bool raised = events->pending[EVENT / 64] & BIT(EVENT % 64);

	events->summary = 0;
	events->pending[EVENT / 64] = 0;
	return raised;
}

static void input(const char *text)
{
	for (; *text; text++) {
		page->in[page->in_head] = (uint8_t)*text;
		page->in_head = (page->in_head + 1) % VIMO_CONSOLE_IN;
	}
	pl011_kick(guest);
}

static void reset_values_are_those_of_the_manual(void **state)
{
	static const uint8_t ids[8] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	(void)state;
	assert_int_equal(get(FR) & (FR_RXFE | FR_TXFE | FR_TXFF | FR_RXFF), FR_RXFE | FR_TXFE);
	assert_int_equal(get(CR), 0x300);
	assert_int_equal(get(IFLS), 0x12);
	assert_int_equal(get(IMSC) | get(RIS) | get(MIS) | get(LCR_H) | get(IBRD) | get(FBRD) | get(DMACR), 0);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(get(PERIPH_ID + 4 * i), ids[i]);
}

static void registers_keep_their_writable_bits(void **state)
{
	static const struct {
		uint32_t offset, mask;
	} registers[] = { { IBRD, 0xffff }, { FBRD, 0x3f },  { LCR_H, 0xff }, { CR, 0xff87 },
			  { IFLS, 0x3f },   { IMSC, 0x7ff }, { DMACR, 7 },    { 0x20, 0xff } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
		put(registers[i].offset, ~0u);
		assert_int_equal(get(registers[i].offset), registers[i].mask);
		put(registers[i].offset, 0);
		assert_int_equal(get(registers[i].offset), 0);
	}
	put(FR, ~0u);
	put(RIS, ~0u);
	put(PERIPH_ID, ~0u);
	assert_int_equal(get(RIS), 0);
	assert_int_equal(get(PERIPH_ID), 0x11);
}

static void every_offset_and_width_is_answered(void **state)
{
	struct mmio_access wide = { .width = 8 };
	const struct mmio_region *region = mmio_find(&guest->mmio, VIMO_GUEST_UART_BASE);

	(void)state;
	for (uint64_t offset = 0; offset < PAGE_SIZE; offset++)
		for (unsigned int width = 1; width <= 4; width *= 2) {
			if (offset % width)
				continue;
			access_uart(offset, width, false, 0);
			access_uart(offset, width, true, 0x41414141);
		}
	assert_int_equal(region->access(guest->vcpus[0], region->context, &wide), MMIO_ABORT);
	assert_int_equal(access_uart(PERIPH_ID, 1, false, 0), 0x11);
	assert_int_equal(access_uart(PERIPH_ID, 2, false, 0), 0x11);
}

static void output_reaches_dom0_with_one_event(void **state)
{
	(void)state;
	for (const char *c = "hello"; *c; c++) {
		put(DR, (uint8_t)*c);
		assert_int_equal(event_was_raised(), *c == 'h');
	}
	assert_int_equal(page->out_head, 5);
	assert_memory_equal(page->out, "hello", 5);
	page->out_tail = 5;
	put(DR, '!');
	assert_true(event_was_raised());
}

static void a_full_ring_stops_the_guest_and_counts(void **state)
{
	(void)state;
	put(IMSC, INT_TX);
	for (unsigned int i = 0; i < VIMO_CONSOLE_OUT - 1; i++) {
		assert_false(get(FR) & FR_TXFF);
		put(DR, 'x');
	}
	assert_int_equal(get(FR) & (FR_TXFF | FR_TXFE), FR_TXFF);
	assert_true(fake_yields > 0);
	assert_int_equal(get(MIS), 0);
	assert_false(fake_irq.high);
	put(DR, 'y');
	assert_int_equal(page->out_lost, 1);
	page->out_tail = 100;
	pl011_kick(guest);
	assert_int_equal(get(MIS), INT_TX);
	assert_true(fake_irq.high);
	assert_int_equal(fake_irq.intid, VIMO_GUEST_UART_INTID);
	put(DR, 'z');
	assert_int_equal(page->out[VIMO_CONSOLE_OUT - 1], 'z');
	assert_int_equal(page->out_head, 0);
}

static void transmit_interrupt_follows_mask_and_clear(void **state)
{
	(void)state;
	put(DR, 'a');
	assert_int_equal(get(RIS), INT_TX);
	assert_int_equal(fake_irq.levels, 0);
	put(IMSC, INT_TX);
	assert_true(fake_irq.high);
	put(ICR, INT_TX);
	assert_false(fake_irq.high);
	assert_int_equal(fake_irq.levels, 2);
	put(ICR, INT_TX);
	assert_int_equal(fake_irq.levels, 2);
}

static void input_comes_by_interrupt_and_in_order(void **state)
{
	(void)state;
	put(LCR_H, FEN);
	put(IMSC, INT_RX | INT_RT);
	input("abc");
	assert_true(fake_irq.high);
	assert_int_equal(get(MIS), INT_RT);
	assert_int_equal(get(DR), 'a');
	assert_int_equal(get(DR), 'b');
	assert_false(get(FR) & FR_RXFE);
	assert_true(fake_irq.high);
	assert_int_equal(get(DR), 'c');
	assert_false(fake_irq.high);
	assert_true(get(FR) & FR_RXFE);
	assert_int_equal(get(DR), 0);
	assert_int_equal(page->in_tail, 3);
	assert_true(event_was_raised());
}

static void receive_levels_are_those_of_ifls(void **state)
{
	static const uint8_t levels[] = { 4, 8, 16, 24, 28 };

	(void)state;
	put(LCR_H, FEN);
	for (uint32_t i = 0; i < ARRAY_SIZE(levels); i++) {
		put(IFLS, i << 3);
		for (unsigned int n = 1; n <= levels[i]; n++) {
			input("x");
			assert_int_equal(get(RIS) & INT_RX, n >= levels[i] ? INT_RX : 0);
		}
		while (!(get(FR) & FR_RXFE))
			get(DR);
		assert_int_equal(get(RIS) & (INT_RX | INT_RT), 0);
	}
	put(LCR_H, 0);
	input("x");
	assert_int_equal(get(RIS) & (INT_RX | INT_RT), INT_RX);
	assert_true(get(FR) & FR_RXFF);
}

static void more_than_a_fifo_keeps_interrupting(void **state)
{
	unsigned int read = 0;

	(void)state;
	put(LCR_H, FEN);
	put(IMSC, INT_RX | INT_RT);
	for (unsigned int i = 0; i < 300; i++)
		input("x");
	put(ICR, INT_RX | INT_RT);
	/* As Linux opens the port: clear, then empty what a FIFO can hold. */
	for (; read < 64; read++)
		get(DR);
	for (; get(MIS); read++)
		get(DR);
	assert_int_equal(read, 300);
}

/* Whatever dom0 writes into the page, EL2 stays inside its rings. */
static void a_hostile_page_does_no_harm(void **state)
{
	static const uint32_t values[] = { 0, 1, 511, 512, 3071, 3072, 0x7fffffff, 0x80000000, ~0u };

	(void)state;
	put(LCR_H, FEN);
	for (unsigned int i = 0; i < 50000; i++) {
		page->out_head = values[i % 9];
		page->out_tail = values[i / 9 % 9];
		page->in_head = values[i / 81 % 9];
		page->in_tail = values[i / 729 % 9];
		put(DR, i);
		get(DR);
		get(FR);
		pl011_kick(guest);
	}
	assert_true(guest->io->uart.out_head < VIMO_CONSOLE_OUT);
	assert_true(guest->io->uart.in_tail < VIMO_CONSOLE_IN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reset_values_are_those_of_the_manual),   TEST(registers_keep_their_writable_bits),
		TEST(every_offset_and_width_is_answered),     TEST(output_reaches_dom0_with_one_event),
		TEST(a_full_ring_stops_the_guest_and_counts), TEST(transmit_interrupt_follows_mask_and_clear),
		TEST(input_comes_by_interrupt_and_in_order),  TEST(receive_levels_are_those_of_ifls),
		TEST(more_than_a_fifo_keeps_interrupting),    TEST(a_hostile_page_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
