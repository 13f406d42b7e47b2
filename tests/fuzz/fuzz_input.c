// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_input.c - a hostile driver of the keyboard, whose keys are pressed at any time.
 */
#include "driver.h"
#include "input/input.h"

#include <linux/input-event-codes.h>
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
	struct key_event events[KEYS_EVENTS_MAX];
	char key[2] = { (char)input_take(input, 1) };
	struct error err;
	int count = keys_of("sysrq", key, events, &err);

	if (count > 0)
		input_press(&button, events, (unsigned int)count);
	else
		input_press(&button, &(struct key_event){ KEY_POWER, key[0] & 1 }, 1);
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
