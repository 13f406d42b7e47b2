/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.h - clients that are told of every change of a guest.
 *
 * A guest can change as fast as it likes, by rebooting for instance. After MONITOR_BURST changes at once its monitors
 * get its latest state every MONITOR_MS, and no reply for the states between.
 */
#ifndef TOOLSTACK_API_MONITOR_H
#define TOOLSTACK_API_MONITOR_H

#include "api/varlink.h"
#include "guest/guest.h"

#define MONITOR_BURST 30u
#define MONITOR_MS 200u

struct monitors {
	struct monitor *first;
	struct pace *paces; /* of guests that have changed */
};

/** monitor_add() - @call gets a reply for each change, until its client goes away. */
void monitor_add(struct monitors *monitors, struct call *call);
/** monitor_announce() - reply to all, now or later. @monitors: struct monitors; an observer of guests_observe() */
void monitor_announce(void *monitors, struct guest *guest);

#endif
