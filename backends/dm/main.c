// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - vimo-dm: serve the devices of one guest, from start to its end.
 */
#include "dm/control.h"
#include "dm/devices.h"
#include "dm/load.h"
#include "dm/sandbox.h"
#include "host/map.h"
#include "dm_files.h"
#include "log.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAIN_MS 2000
#define STACK_BYTES (256u << 10) /* of a thread; the deepest calls of queues take some KiB */

static struct dm dm;

static void leave(void)
{
	if (dm.leaving)
		return;
	dm.leaving = true;
	uv_poll_stop(&dm.domain_poll);
	dm_close_devices(&dm);
	dm_close_control(&dm);
	uv_signal_stop(&dm.terminate);
	/* The loop goes on until clients have read their output, or until drain ends it. */
	uv_unref((uv_handle_t *)&dm.drain);
}

static void on_drained(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

static void on_domain_change(uv_poll_t *poll, int status, int events)
{
	(void)poll;
	if (status < 0 || events & UV_PRIORITIZED) {
		uv_timer_start(&dm.drain, on_drained, DRAIN_MS, 0);
		leave();
	}
}

static void on_terminate(uv_signal_t *signal, int number)
{
	(void)signal;
	(void)number;
	uv_timer_start(&dm.drain, on_drained, DRAIN_MS, 0);
	leave();
}

static int watch(struct error *err)
{
	int status = uv_poll_init(&dm.loop, &dm.domain_poll, dm.host.domain);

	if (status)
		return error_set(err, ERROR_FAILED, "domain descriptor: %s", uv_strerror(status));
	uv_poll_start(&dm.domain_poll, UV_PRIORITIZED, on_domain_change);
	uv_timer_init(&dm.loop, &dm.drain);
	uv_signal_init(&dm.loop, &dm.terminate);
	uv_signal_start(&dm.terminate, on_terminate, SIGTERM);
	return 0;
}

/* The sandbox allows no more rings of io_uring. All that a guest can have written is read in the sandbox. */
static int set_up(int description, uid_t user, struct error *err)
{
	int status;

	if (dm_open_io_threads(&dm, err) || sandbox_enter(user, err))
		return -1;
	status = uv_loop_init(&dm.loop);
	if (status)
		return error_set(err, ERROR_RESOURCES, "event loop: %s", uv_strerror(status));
	if (guest_memory_map(&dm.memory, dm.host.domain, err) || dm_load(&dm, description, err) ||
	    dm_open_control(&dm, err) || watch(err) || dm_start_devices(&dm, err))
		return -1;
	close(description);
	return ioreq_start(&dm.ioreq, dm.host.domain, err);
}

/* Return: the number that is all of @text, or -1. */
static int number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	return *text && !*end && value >= 0 && value <= INT_MAX ? (int)value : -1;
}

static int parse(int argc, char **argv, int *user, int *description)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "uid", required_argument, NULL, 'u' },
		{ "config-fd", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'n': dm.host.name = optarg; break;
		case 'u': *user = number(optarg); break;
		case 'c': *description = number(optarg); break;
		default: return -1;
		}
	}
	return optind == argc && dm.host.name && *user > 0 && *description >= 0 ? 0 : -1;
}

/* The kernel may back 2 MiB of a stack of 8 MiB by one transparent huge page, of which threads use some KiB. */
static void limit_stacks(void)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_setattr_default_np(&attributes);
	pthread_attr_destroy(&attributes);
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	int description = -1, user = -1;

	if (parse(argc, argv, &user, &description)) {
		fprintf(stderr, "usage: vimo-dm --name NAME --uid UID --config-fd FD\n"
				"vimod starts vimo-dm; to start a guest, use vimoctl create.\n");
		return ERROR_USAGE;
	}
	log_limit_process();
	limit_stacks();
	dm.host.domain = DM_FD_DOMAIN;
	signal(SIGPIPE, SIG_IGN);
	if (set_up(description, (uid_t)user, &err)) {
		log_error("%s", err.text);
		dprintf(DM_FD_READY, "ERROR %s\n", err.text);
		return ERROR_FAILED;
	}
	dprintf(DM_FD_READY, "READY\n");
	close(DM_FD_READY);
	uv_run(&dm.loop, UV_RUN_DEFAULT);
	/* Not exit(): the request thread may still answer requests. Its slots go back to the module. */
	_exit(0);
}
