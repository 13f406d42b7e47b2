// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_input.c - a hostile driver of the power button, which is pressed at any time.
 */
#include "driver.h"
#include "input/input.h"

#include <stdlib.h>

static struct virtio_device device = { .model = &input_model, .queues = INPUT_QUEUES };
static struct input button;

static void begin(bool first)
{
	(void)first;
	button = (struct input){ .device = &device };
}

static void work(void)
{
	input_work(&button);
	if (button.count > INPUT_PENDING_MAX)
		abort();
}

static void press(struct fuzz_input *input)
{
	input_power_key(&button, input_take(input, 1) & 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const struct fuzz_device fuzzed = {
		.device = &device, .work = work, .event = press, .begin = begin, .forged = true
	};
	struct fuzz_input input = { data, bytes };

	fuzz_drive(&fuzzed, &input);
	return 0;
}
