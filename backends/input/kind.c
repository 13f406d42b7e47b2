// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kind.c - a guest's input device, for the power key.
 */
#include "host/endpoint.h"
#include "input/input.h"

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
	return input_power_key(endpoint->context, down);
}

const struct device_kind input_kind = {
	.type = "input",
	.single = true,
	.add = add,
	.power_key = power_key,
};
