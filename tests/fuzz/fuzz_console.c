// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_console.c - a hostile driver of a console of one port; clients that type and change the size of their terminal.
 */
#include "console/console.h"
#include "driver.h"

static struct virtio_device device = {
	.model = &console_model,
	.features = CONSOLE_FEATURES,
	.queues = CONSOLE_QUEUES,
};
static struct hub hub;

static void begin(bool first)
{
	(void)first;
	hub.input_used = 0;
}

static void work(void)
{
	console_work(&device, &hub);
}

static void event(struct fuzz_input *input)
{
	uint16_t size = (uint16_t)input_take(input, 2);

	if (size & 1)
		console_resize(&device, size, (uint16_t)(size / 2));
	else
		hub.input_used = size % HUB_INPUT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct fuzz_device fuzzed = {
		.device = &device, .work = work, .event = event, .begin = begin, .forged = true
	};
	struct fuzz_input input = { data, bytes };

	fuzz_drive(&fuzzed, &input);
	return 0;
}
