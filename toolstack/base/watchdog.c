// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watchdog.c - the messages that sd_watchdog_enabled(3) asks for, from the event loop.
 */
#include "base/watchdog.h"

#include <systemd/sd-daemon.h>

static uv_timer_t timer; /* the event loop's own */

static void on_timer(uv_timer_t *unused)
{
	(void)unused;
	sd_notify(0, "WATCHDOG=1");
}

void watchdog_start(uv_loop_t *loop)
{
	uint64_t limit_us;

	if (sd_watchdog_enabled(0, &limit_us) <= 0)
		return;
	uv_timer_init(loop, &timer);
	uv_timer_start(&timer, on_timer, limit_us / 2000, limit_us / 2000);
	uv_unref((uv_handle_t *)&timer);
}
