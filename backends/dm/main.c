// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - vimo-dm: serve the devices of one guest, from start to its end.
 */
#include "dm/control.h"
#include "dm/devices.h"
#include "dm/load.h"
#include "dm/path.h"
#include "dm/sandbox.h"
#include "host/map.h"
#include "log.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRAIN_MS 2000

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
		dm_forget_state(&dm); /* before leave() waits for anything */
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

static int set_up(struct error *err)
{
	if (uv_loop_init(&dm.loop))
		return error_set(err, ERROR_RESOURCES, "event loop: %s", strerror(errno));
	if (guest_memory_map(&dm.memory, dm.host.domain, err))
		return -1;
	dm.state = state_open(dm_path(&dm, "dm.state"), err);
	if (!dm.state || dm_load(&dm, err) || dm_open_control(&dm, err) || watch(err) || sandbox_enter(err))
		return -1;
	if (dm_start_devices(&dm, err))
		return -1;
	return ioreq_start(&dm.ioreq, dm.host.domain, err);
}

/* Return: the number that is all of @text, or -1. */
static int descriptor(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	return *text && !*end && value >= 0 && value <= INT_MAX ? (int)value : -1;
}

static int parse(int argc, char **argv, int *ready)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },     { "domain-fd", required_argument, NULL, 'd' },
		{ "ready-fd", required_argument, NULL, 'r' }, { "run-dir", required_argument, NULL, 'u' },
		{ "log-dir", required_argument, NULL, 'l' },  { NULL, 0, NULL, 0 },
	};
	int option;

	dm.host.domain = -1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'n': dm.host.name = optarg; break;
		case 'd': dm.host.domain = descriptor(optarg); break;
		case 'r': *ready = descriptor(optarg); break;
		case 'u': dm.host.run_dir = optarg; break;
		case 'l': dm.host.log_dir = optarg; break;
		default: return -1;
		}
	}
	return optind == argc && dm.host.name && dm.host.run_dir && dm.host.log_dir && dm.host.domain >= 0 &&
			       *ready >= 0 ?
		       0 :
		       -1;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	int ready = -1;

	if (parse(argc, argv, &ready)) {
		fprintf(stderr, "usage: vimo-dm --name NAME --domain-fd FD --ready-fd FD --run-dir DIR --log-dir DIR\n"
				"vimod starts vimo-dm; to start a guest, use vimoctl create.\n");
		return ERROR_USAGE;
	}
	log_limit_process();
	signal(SIGPIPE, SIG_IGN);
	if (set_up(&err)) {
		log_error("%s: %s", dm.host.name, err.text);
		dprintf(ready, "ERROR %s\n", err.text);
		return ERROR_FAILED;
	}
	dprintf(ready, "READY\n");
	close(ready);
	uv_run(&dm.loop, UV_RUN_DEFAULT);
	/* Not exit(): the request thread may still answer requests. Its slots go back to the module. */
	_exit(0);
}
