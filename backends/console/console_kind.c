// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console_kind.c - a guest's console: the device and its hub.
 */
#include "console/console.h"
#include "dm_files.h"
#include "host/endpoint.h"

#include <stdlib.h>

struct console {
	struct endpoint *endpoint;
	struct hub hub;
};

static bool work(void *context)
{
	struct console *console = context;

	return console_work(&console->endpoint->device, &console->hub);
}

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	const struct endpoint_host *host = endpoint->host;
	const struct hub_files files = { spec->fds[0], spec->fds[1], spec->fds[2] };
	struct console *console = calloc(1, sizeof(*console));

	if (!console)
		return error_set(err, ERROR_RESOURCES, "console: out of memory");
	console->endpoint = endpoint;
	console->hub.mark = host->console_mark;
	console->hub.on_input = endpoint_run;
	console->hub.context = endpoint;
	console->hub.status = host->status;
	console->hub.log_bit = DM_LOG_CONSOLE;
	endpoint->work = work;
	endpoint->context = console;
	endpoint->device.queues = CONSOLE_QUEUES;
	endpoint->device.features = CONSOLE_FEATURES;
	if (!hub_open(&console->hub, host->loop, &files, host->name, "console", err) &&
	    !endpoint_attach(endpoint, &console_model, NULL, err))
		return 0;
	return -1; /* the console is not freed: the loop may know the hub's listener */
}

static void resize(struct endpoint *endpoint, uint16_t cols, uint16_t rows)
{
	console_resize(&endpoint->device, cols, rows);
}

static void close_console(struct endpoint *endpoint)
{
	struct console *console = endpoint->context;

	/* More than its queues hold: a guest that still runs cannot keep vimo-dm here. */
	console_work(&endpoint->device, &console->hub);
	hub_close(&console->hub);
}

const struct device_kind console_kind = {
	.type = "console",
	.fds_min = HUB_FILES,
	.fds_max = HUB_FILES,
	.single = true,
	.add = add,
	.resize = resize,
	.close = close_console,
};
