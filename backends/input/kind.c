// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kind.c - a guest's input device, for the power key and vimod's triggers.
 */
#include "host/endpoint.h"
#include "input/input.h"
#include "input/keys.h"
#include "json.h"

#include <linux/input-event-codes.h>
#include <stdlib.h>

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	struct input *input = calloc(1, sizeof(*input));

	(void)spec;
	if (!input)
		return error_set(err, ERROR_RESOURCES, "input: out of memory");
	input->device = &endpoint->device;
	endpoint->work = input_work;
	endpoint->context = input;
	endpoint->device.queues = INPUT_QUEUES;
	if (!endpoint_attach(endpoint, &input_model, NULL, err))
		return 0;
	free(input);
	return -1;
}

static bool power_key(struct endpoint *endpoint, bool down)
{
	return input_press(endpoint->context, &(struct key_event){ KEY_POWER, down }, 1);
}

static int trigger(struct endpoint *endpoint, json_object *request, struct error *err)
{
	struct key_event events[KEYS_EVENTS_MAX];
	int count = keys_of(json_string(request, "event"), json_string(request, "key"), events, err);

	if (count < 0)
		return -1;
	if (input_press(endpoint->context, events, (unsigned int)count))
		return 0;
	return error_set(err, ERROR_STATE, "the guest runs no driver for the keyboard: load virtio_input in the guest");
}

const struct device_kind input_kind = {
	.type = "input",
	.single = true,
	.add = add,
	.power_key = power_key,
	.trigger = trigger,
};
