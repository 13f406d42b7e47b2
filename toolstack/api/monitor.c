// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * monitor.c - the list of monitors. Those whose client went away are freed at the next change or the next monitor.
 */
#include "api/monitor.h"
#include "alloc.h"
#include "api/describe.h"
#include "base/watch.h"

struct monitor {
	struct monitor *next;
	struct call *call;
};

/* How often a guest's changes are told. */
struct pace {
	struct pace *next;
	struct monitors *monitors;
	struct guest *guest;
	uint64_t next_ms;    /* of the reply after the last one, if they came at MONITOR_MS */
	struct watch *timer; /* of a reply that waits; NULL: none */
};

/* Free a monitor that is out of the list. */
static void end(struct monitor *monitor)
{
	call_drop(monitor->call);
	free(monitor);
}

static void prune(struct monitors *monitors)
{
	struct monitor **at = &monitors->first;

	while (*at) {
		struct monitor *monitor = *at;

		if (monitor->call->connection) {
			at = &monitor->next;
			continue;
		}
		*at = monitor->next;
		end(monitor);
	}
}

void monitor_add(struct monitors *monitors, struct call *call)
{
	struct monitor *monitor = alloc_zeroed(sizeof(*monitor));

	prune(monitors);
	monitor->call = call;
	monitor->next = monitors->first;
	monitors->first = monitor;
}

static void announce_now(struct monitors *monitors, struct guest *guest)
{
	for (struct monitor *monitor = monitors->first; monitor; monitor = monitor->next) {
		json_object *json = json_object_new_object();

		json_object_object_add(json, "guest", describe_guest(guest, true));
		call_continue(monitor->call, json);
	}
	prune(monitors);
}

/* Return: the place of the guest's pace in the list, or of NULL. */
static struct pace **pace_of(struct monitors *monitors, const struct guest *guest)
{
	struct pace **at = &monitors->paces;

	while (*at && (*at)->guest != guest)
		at = &(*at)->next;
	return at;
}

static void on_time(void *arg)
{
	struct pace *pace = arg;

	watch_end(&pace->timer);
	announce_now(pace->monitors, pace->guest);
}

/* Return: how long until the guest's next reply; the reply counts. */
static uint64_t take_turn(struct pace *pace, uint64_t now_ms)
{
	const uint64_t ahead = MONITOR_BURST * MONITOR_MS;

	if (pace->next_ms < now_ms)
		pace->next_ms = now_ms;
	pace->next_ms += MONITOR_MS;
	return pace->next_ms > now_ms + ahead ? pace->next_ms - now_ms - ahead : 0;
}

/* The guest is not in the list any more: its last reply, and no later one, which would read freed memory. */
static void announce_end(struct monitors *monitors, struct guest *guest)
{
	struct pace **at = pace_of(monitors, guest), *pace = *at;

	if (pace) {
		*at = pace->next;
		watch_end(&pace->timer);
		free(pace);
	}
	announce_now(monitors, guest);
}

void monitor_announce(void *monitors, struct guest *guest)
{
	struct monitors *all = monitors;
	struct pace **at, *pace;
	uint64_t wait;

	if (guest_find(guest->guests, guest->config.name) != guest) {
		announce_end(all, guest);
		return;
	}
	at = pace_of(all, guest);
	if (!*at) {
		*at = alloc_zeroed(sizeof(**at));
		**at = (struct pace){ .monitors = all, .guest = guest };
	}
	pace = *at;
	if (pace->timer) /* its reply will have this change, too */
		return;
	wait = take_turn(pace, uv_now(guest->guests->loop));
	if (wait)
		pace->timer = watch_timer(guest->guests->loop, wait, on_time, pace);
	else
		announce_now(all, guest);
}
