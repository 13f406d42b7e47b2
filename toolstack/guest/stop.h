/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.h - a guest that stops by itself: by power-off, reboot or crash.
 */
#ifndef TOOLSTACK_GUEST_STOP_H
#define TOOLSTACK_GUEST_STOP_H

#include "guest/guest.h"

/** stop_watch() - from now on a stop is EVENT_PRESERVE or EVENT_STOP, with cause and restart set. */
void stop_watch(struct guest *guest);
/** stop_unwatch() - no longer. */
void stop_unwatch(struct guest *guest);

#endif
