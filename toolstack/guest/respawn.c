// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * respawn.c - replace a vimo-dm.
 */
#include "guest/respawn.h"
#include "guest/deferred.h"
#include "guest/spawn.h"
#include "log.h"

static void open_files(struct work *work)
{
	struct opening *opening = opening_of(work);

	disk_files_open(&opening->files, &work->guest->config, &opening->err);
}

static void files_opened(struct work *work)
{
	struct opening *opening = opening_of(work);

	opening_post(opening, opening->err.code ? EVENT_OPEN_FAILED : EVENT_OPENED);
}

static void on_timer(void *arg)
{
	struct guest *guest = arg;

	watch_end(&guest->timer);
	if (guest->busy)
		respawn_later(guest);
	else
		opening_start(guest, open_files, files_opened);
}

void respawn_later(struct guest *guest)
{
	watch_end(&guest->timer);
	guest->timer = watch_retry(guest->guests->loop, guest->respawns++, on_timer, guest);
}

void respawn_exited(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	guest_log(guest, LOG_LEVEL_WARNING, "vimo-dm exited: the next vimo-dm is started");
	respawn_later(guest);
}

void respawn_failed(struct guest *guest, const struct guest_event *event)
{
	guest_log(guest, LOG_LEVEL_ERROR, "%s", event->why->text);
	respawn_later(guest);
	deferred_run(guest);
}

void respawn_opened(struct guest *guest, const struct guest_event *event)
{
	struct error err;

	if (spawn_dm(guest, event->files, &err))
		respawn_failed(guest, &(struct guest_event){ .kind = EVENT_OPEN_FAILED, .why = &err });
	else
		deferred_run(guest);
}

void respawn_ready(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	guest->respawns = 0;
}

void respawn_not_ready(struct guest *guest, const struct guest_event *event)
{
	guest_log(guest, LOG_LEVEL_ERROR, "%s", event->why->text);
}
