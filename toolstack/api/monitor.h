/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.h - clients that are told of every change of a guest.
 */
#ifndef TOOLSTACK_API_MONITOR_H
#define TOOLSTACK_API_MONITOR_H

#include "api/varlink.h"
#include "guest/guest.h"

struct monitors {
	struct monitor *first;
};

/** monitor_add() - @call gets a reply for each change, until its client goes away. */
void monitor_add(struct monitors *monitors, struct call *call);
/** monitor_announce() - reply to all. @monitors: struct monitors; an observer of guests_observe() */
void monitor_announce(void *monitors, struct guest *guest);

#endif
