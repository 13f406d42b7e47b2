// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * console_kind.c - a guest's console: the device, its hub and its socket.
 */
#include "console/console.h"
#include "host/endpoint.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct console {
	struct endpoint *endpoint;
	struct hub hub;
};

static bool work(void *context)
{
	struct console *console = context;

	return console_work(&console->endpoint->device, &console->hub);
}

static void socket_path(const struct endpoint *endpoint, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/console.sock", endpoint->host->run_dir);
}

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	const struct endpoint_host *host = endpoint->host;
	struct console *console = calloc(1, sizeof(*console));
	char path[PATH_MAX], log[PATH_MAX];

	(void)spec;
	if (!console)
		return error_set(err, ERROR_RESOURCES, "console: out of memory");
	console->endpoint = endpoint;
	console->hub.mark = host->console_mark;
	console->hub.on_input = endpoint_run;
	console->hub.context = endpoint;
	endpoint->work = work;
	endpoint->context = console;
	endpoint->device.queues = CONSOLE_QUEUES;
	endpoint->device.features = CONSOLE_FEATURES;
	socket_path(endpoint, path);
	snprintf(log, sizeof(log), "%s/%s.console.log", host->log_dir, host->name);
	if (!hub_open(&console->hub, host->loop, path, log, err) &&
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
	char path[PATH_MAX];

	/* More than its queues hold: a guest that still runs cannot keep vimo-dm here. */
	console_work(&endpoint->device, &console->hub);
	hub_close(&console->hub);
	socket_path(endpoint, path);
	unlink(path);
}

const struct device_kind console_kind = {
	.type = "console",
	.single = true,
	.add = add,
	.resize = resize,
	.close = close_console,
};
