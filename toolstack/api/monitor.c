// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * monitor.c - the list of monitors, and the pace of a guest's events. Those whose client went away are freed at the
 * next change or the next monitor.
 */
#include "api/monitor.h"
#include "alloc.h"
#include "api/describe.h"
#include "base/watch.h"
#include "json.h"

struct monitor {
	struct monitor *next;
	struct call *call;
	size_t bytes_max; /* that its client may leave unread */
	bool behind;
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

void monitor_add(struct monitors *monitors, struct call *call, struct guests *guests)
{
	json_object *all = describe_guests(guests, DESCRIBE_EVENT);
	struct monitor *monitor;

	prune(monitors);
	json_put_number(all, "sequence", monitors->sequence);
	if (!call_continue(call, all)) {
		call_drop(call);
		return;
	}
	monitor = alloc_zeroed(sizeof(*monitor));
	monitor->call = call;
	monitor->bytes_max = call_unread(call) + MONITOR_BYTES;
	monitor->next = monitors->first;
	monitors->first = monitor;
}

/* The call's end lets the connection's next call run, which may change the list. */
static void end_behind(struct monitors *monitors)
{
	struct monitor **at = &monitors->first;
	struct error err;

	while (*at) {
		struct monitor *monitor = *at;

		if (!monitor->behind) {
			at = &monitor->next;
			continue;
		}
		*at = monitor->next;
		error_set(&err, ERROR_BEHIND, "the client left %u KiB of events unread: call Monitor again",
			  MONITOR_BYTES >> 10);
		call_error(monitor->call, &err);
		free(monitor);
		at = &monitors->first;
	}
}

static void announce_now(struct monitors *monitors, struct guest *guest, const char *kind)
{
	json_object *json = json_object_new_object(), *event = json_object_new_object();

	json_put_number(json, "sequence", ++monitors->sequence);
	json_put_string(event, "kind", kind);
	json_object_object_add(event, "guest", describe_guest(guest, DESCRIBE_EVENT));
	json_object_object_add(json, "event", event);
	for (struct monitor *monitor = monitors->first; monitor; monitor = monitor->next) {
		monitor->behind = monitor->call->connection && call_unread(monitor->call) > monitor->bytes_max;
		if (!monitor->behind)
			call_continue(monitor->call, json_object_get(json));
	}
	json_object_put(json);
	prune(monitors);
	end_behind(monitors);
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
	announce_now(pace->monitors, pace->guest, "changed");
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
	announce_now(monitors, guest, "gone");
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
		announce_now(all, guest, "changed");
}
