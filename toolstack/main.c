// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main.c - vimod: lock, adopt, listen, run. Ending it ends no guest.
 */
#include "api/listen.h"
#include "api/methods.h"
#include "api/monitor.h"
#include "api/parameters.h"
#include "base/cgroup.h"
#include "base/fd_store.h"
#include "base/store.h"
#include "base/user.h"
#include "base/watchdog.h"
#include "guest/adopt.h"
#include "guest/definition.h"
#include "guest/patrol.h"
#include "guest/saving.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#define THREADS "16"   /* many: each may wait for a file server */
#define LOCK_TRIES 100 /* of 100 ms */

static void on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	uv_stop(signal->loop);
}

/*
 * Two daemons would fight over the same guests. The lock is held until this vimod exits. A vimod that was killed
 * holds it until its last thread is back from the kernel, where it may scrub a guest's memory.
 */
static int lock(void)
{
	const struct timespec pause = { .tv_nsec = 100000000 };
	char path[PATH_MAX];
	int fd, busy;

	mkdir(store_root(), 0755);
	snprintf(path, sizeof(path), "%s/vimod.lock", store_root());
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		log_error("cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	busy = flock(fd, LOCK_EX | LOCK_NB);
	if (busy)
		log_warning("another vimod holds %s: waiting for its end", path);
	for (int tries = 0; busy && tries < LOCK_TRIES; tries++) {
		nanosleep(&pause, NULL);
		busy = flock(fd, LOCK_EX | LOCK_NB);
	}
	if (busy) {
		log_error("another vimod is running (it holds %s)", path);
		return -1;
	}
	return 0;
}

static void on_change(void *monitors, struct guest *guest)
{
	patrol_start(guest->guests);
	monitor_announce(monitors, guest);
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	struct guests guests;
	struct api api = { .guests = &guests };
	uv_signal_t term, interrupt;
	struct error err;

	if (argc == 2 && !strcmp(argv[1], "--version")) {
		puts("vimod " PACKAGE_VERSION);
		return 0;
	}
	if (argc != 1) {
		fprintf(stderr, "usage: vimod [--version]\n");
		return ERROR_USAGE;
	}
	umask(0022);
	setenv("UV_THREADPOOL_SIZE", THREADS, 0);
	signal(SIGPIPE, SIG_IGN);
	if (lock())
		return ERROR_FAILED;
	user_check();
	fd_store_open();
	cgroup_begin();
	guests_init(&guests, loop);
	guests_observe(&guests, on_change, &api.monitors);
	patrol_start(&guests);
	definitions_recover();
	if (guests_open(&guests, &err))
		log_warning("%s", err.text); /* clients get this error, too: they may come after the module */
	if (listen_start(loop, methods_dispatch, &api, &err)) {
		log_error("%s", err.text);
		return err.code;
	}
	uv_signal_init(loop, &term);
	uv_signal_init(loop, &interrupt);
	uv_signal_start(&term, on_signal, SIGTERM);
	uv_signal_start(&interrupt, on_signal, SIGINT);
	watchdog_start(loop);
	sd_notify(0, "READY=1");
	uv_run(loop, UV_RUN_DEFAULT);
	sd_notify(0, "STOPPING=1");
	while (saving_pending())
		uv_run(loop, UV_RUN_ONCE);
	return 0;
}
