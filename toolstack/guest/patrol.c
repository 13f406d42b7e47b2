// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * patrol.c - a timer for all guests.
 */
#include "guest/patrol.h"
#include "dm/files.h"

#define PERIOD_MS 5000

static struct watch *timer;

static void on_timer(void *arg)
{
	struct guests *guests = arg;

	for (const struct guest *guest = guests->first; guest; guest = guest->next)
		if (guest->dm.process.pid)
			dm_files_check_logs(guest->config.name);
	watch_end(&timer);
	if (guests->first)
		patrol_start(guests);
}

void patrol_start(struct guests *guests)
{
	if (!timer)
		timer = watch_timer(guests->loop, PERIOD_MS, on_timer, guests);
}
