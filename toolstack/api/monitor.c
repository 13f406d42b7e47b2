// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * monitor.c - the list of monitors. Those whose client went away are freed at the next change or the next monitor.
 */
#include "api/monitor.h"
#include "alloc.h"
#include "api/describe.h"

struct monitor {
	struct monitor *next;
	struct call *call;
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

void monitor_announce(void *monitors, struct guest *guest)
{
	const struct monitors *all = monitors;

	for (struct monitor *monitor = all->first; monitor; monitor = monitor->next) {
		json_object *json = json_object_new_object();

		json_object_object_add(json, "guest", describe_guest(guest, true));
		call_continue(monitor->call, json);
	}
	prune(monitors);
}
