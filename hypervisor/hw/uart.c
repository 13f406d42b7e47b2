// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uart.c - polled output on the board's console, set up by the boot loader.
 * Owner of the choice and of whether EL2 may touch it now.
 */
#include "hw/uart.h"
#include "hw/mmio_io.h"
#include "hw/uart_kind.h"
#include "mem/el2_map.h"

static struct uart uart;
static bool found, enabled;

void uart_init(const void *fdt)
{
	uint64_t first;

	if (uart_find(fdt, &uart)) {
		first = ALIGN_DOWN(uart.base, PAGE_SIZE);
		found = !el2_map(first, PA(first), ALIGN_UP(uart.base + UART_BYTES, PAGE_SIZE) - first, EL2_DEVICE);
	}
	enabled = found;
}

void uart_enable(bool on)
{
	enabled = on && found;
}

static uint32_t read(uint32_t offset)
{
	uint64_t address = uart.base + ((uint64_t)offset << uart.shift);

	return uart.width == 1 ? mmio_read8(address) : mmio_read32(address);
}

static void write(uint32_t offset, uint32_t value)
{
	uint64_t address = uart.base + ((uint64_t)offset << uart.shift);

	if (uart.width == 1)
		mmio_write8(address, (uint8_t)value);
	else
		mmio_write32(address, value);
}

static void put_byte(char c)
{
	const struct uart_kind *kind = uart.kind;

	/* Bounded: a UART that stays full must not stop the machine. */
	for (unsigned int tries = 0; tries < 1000000; tries++)
		if ((read(kind->status) & kind->mask) == kind->ready)
			break;
	for (unsigned int i = 0; i < ARRAY_SIZE(kind->before) && kind->before[i].offset; i++)
		write(kind->before[i].offset, kind->before[i].value);
	write(kind->data, (uint8_t)c);
}

void uart_write(const char *text, size_t bytes)
{
	if (!enabled)
		return;
	for (size_t i = 0; i < bytes; i++) {
		if (text[i] == '\n')
			put_byte('\r');
		put_byte(text[i]);
	}
}
