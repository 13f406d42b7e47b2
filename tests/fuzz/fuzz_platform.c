// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_platform.c - the devices beside VirtIO: registers of clock and
 * power button, and the serial port's rings with any indices.
 */
#include "fuzz.h"
#include "platform/pl031.h"
#include "platform/pl061.h"
#include "platform/uart.h"

static volatile uint32_t sink;

static void use_gpio(struct pl061 *gpio, struct fuzz_input *input)
{
	uint64_t offset = input_take(input, 2);

	if (offset & 1)
		pl061_set_input(gpio, (unsigned int)offset >> 1 & 7, offset >> 4 & 1);
	else if (offset & 2)
		pl061_write(gpio, input_take(input, 2), (uint32_t)input_take(input, 4));
	else
		sink = pl061_read(gpio, input_take(input, 2)) + pl061_interrupt(gpio);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct vimo_console_page page;
	static struct uart uart = { .page = &page, .domain = -1 };
	struct fuzz_input input = { data, bytes };
	struct pl061 gpio = { 0 };

	memset(&page, 0, sizeof(page));
	uart.hub.input_used = 0;
	while (input.left) {
		uint8_t what = (uint8_t)input_take(&input, 1);

		if (what < 0x80)
			use_gpio(&gpio, &input);
		else if (what < 0x90)
			sink = pl031_read(input_take(&input, 2), what);
		else if (what < 0xa0)
			uart.hub.input_used = input_take(&input, 2) % HUB_INPUT;
		else if (what < 0xb0)
			uart_work(&uart);
		else /* the rings' indices are the first words */
			((uint16_t *)(void *)&page)[what % 16u] = (uint16_t)input_take(&input, 2);
	}
	uart_work(&uart);
	return 0;
}
