/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.h - the event stream: clients that are told of every change of a guest.
 *
 * A guest can change as fast as it likes, by rebooting for instance. After MONITOR_BURST changes at once its monitors
 * get its latest state every MONITOR_MS, and no event for the states between. Events are numbered when they are sent;
 * each monitor gets each, or the error Behind.
 */
#ifndef TOOLSTACK_API_MONITOR_H
#define TOOLSTACK_API_MONITOR_H

#include "api/varlink.h"
#include "guest/guest.h"

#define MONITOR_BURST 30u
#define MONITOR_MS 200u
#define MONITOR_BYTES (256u << 10) /* of events that a client has not read */

struct monitors {
	struct monitor *first;
	struct pace *paces; /* of guests that have changed */
	int64_t sequence;   /* of the last event */
};

/** monitor_add() - @call gets all guests, then each event, until its client goes away or falls behind. */
void monitor_add(struct monitors *monitors, struct call *call, struct guests *guests);
/** monitor_announce() - an event for all, now or later. @monitors: struct monitors; an observer of guests_observe() */
void monitor_announce(void *monitors, struct guest *guest);

#endif
