// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * end.c - how guests end, whatever the reason.
 */
#include "guest/end.h"
#include "alloc.h"
#include "base/cgroup.h"
#include "base/store.h"
#include "device.h"
#include "guest/deferred.h"
#include "guest/history.h"
#include "guest/problems.h"
#include "guest/stop.h"
#include "guest/work.h"
#include "host/channel.h"
#include "log.h"

#include <unistd.h>

#define DRAIN_MS 3000 /* for vimo-dm to write a stopped guest's last output */

void end_request(struct guest *guest, bool restart, waiter_fn fn, void *arg)
{
	waiter_add(&guest->enders, fn, arg);
	guest_post(guest, &(struct guest_event){ .kind = EVENT_DESTROY, .restart = restart });
}

void end_leave(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	stop_unwatch(guest);
	watch_end(&guest->timer);
	problems_unwatch(guest);
}

void end_redirect(struct guest *guest, const struct guest_event *event)
{
	guest->restart = event->restart;
}

void end_by_user(struct guest *guest, const struct guest_event *event)
{
	end_leave(guest, event);
	guest->restart = event->restart;
	if (event->restart)
		guest_cause(guest, CAUSE_RESTARTED, "reboot forced by the user");
	else if (guest->guests->down_s)
		guest_cause(guest, CAUSE_HOST_SHUTDOWN, "destroyed as dom0 went down: it did not shut down within %u s",
			    guest->guests->down_s);
	else
		guest_cause(guest, CAUSE_DESTROYED, "destroyed by the user");
	error_set(&guest->failure, ERROR_STATE, "%s was destroyed while it was created", guest->config.name);
}

void end_by_failure(struct guest *guest, const struct guest_event *event)
{
	end_leave(guest, event);
	guest->failure = *event->why;
	guest->restart = false;
	guest_log(guest, LOG_LEVEL_ERROR, "%s", event->why->text);
	guest_cause(guest, event->why->code == ERROR_RESOURCES ? CAUSE_OUT_OF_MEMORY : CAUSE_NOT_STARTED,
		    "not started: %.230s", event->why->text);
}

static void destroy(struct work *work)
{
	struct guest *guest = work->guest;
	struct error err;

	helpers_stop(guest->helpers); /* they map the guest's memory */
	if (guest->fd >= 0 && domain_destroy(guest->fd, &err))
		log_error("%s: %s", guest->config.name, err.text);
}

static void on_destroyed(struct work *work)
{
	struct guest *guest = work->guest;
	bool restart;

	free(work);
	if (guest->fd >= 0)
		close(guest->fd);
	guest->fd = -1;
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		vif_close(&guest->taps[slot]);
	channels_unlink(&guest->config);
	if (guest->restart)
		waiter_call_all(&guest->enders, guest, NULL); /* may request the opposite */
	restart = guest->restart;
	guest->restart = false;
	if (restart)
		history_ended(guest, "restart");
	guest_post(guest, &(struct guest_event){ .kind = restart ? EVENT_BUILD : EVENT_DESTROYED });
}

/* vimo-dm has gone: now the domain, then the files. */
static void release(struct guest *guest)
{
	helpers_unwatch(guest->helpers);
	watch_end(&guest->timer);
	work_start(alloc_zeroed(sizeof(struct work)), guest->guests->loop, guest, destroy, on_destroyed);
}

void end_now(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	deferred_run(guest);
	if (guest->dm.process.pid)
		dm_kill(&guest->dm);
	else if (!guest->busy)
		release(guest);
}

static void drain_over(void *arg)
{
	struct guest *guest = arg;

	watch_end(&guest->timer);
	dm_kill(&guest->dm);
}

void end_drained(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	deferred_run(guest);
	if (guest->busy)
		return; /* its end is an event, and ends vimo-dm at once */
	if (guest->dm.process.pid)
		guest->timer = watch_timer(guest->guests->loop, DRAIN_MS, drain_over, guest);
	else
		release(guest);
}

void end_dm_exited(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	if (!guest->busy)
		release(guest);
}

void end_forget(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	log_info("%s: gone (%s)", guest->config.name, guest->cause);
	dm_messages_end(&guest->dm.messages);
	store_remove(guest->config.name);
	cgroup_remove(guest->config.name);
	store_cause(guest->config.name, guest->cause);
	history_ended(guest, "destroy");
	guest_unlist(guest);
	guest_announce(guest);
	waiter_call_all(&guest->enders, NULL, NULL);
	waiter_call_all(&guest->creator, NULL, &guest->failure);
	free(guest);
}
