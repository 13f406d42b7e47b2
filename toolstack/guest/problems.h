/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * problems.h - what vimo-dm reports by its status, a file that the next vimod finds, too: why it paused a guest whose
 * disk failed with on_io_error = "stop", and which networks have lost their switch.
 */
#ifndef TOOLSTACK_GUEST_PROBLEMS_H
#define TOOLSTACK_GUEST_PROBLEMS_H

#include "guest/guest.h"

/** problems_watch() - look now, and whenever vimo-dm reports something. A stall is EVENT_STALL. */
void problems_watch(struct guest *guest);
/** problems_unwatch() - no longer; guest->problem is empty then. */
void problems_unwatch(struct guest *guest);
/** problems_mend() - vimo-dm repeats the transfers that failed; nothing to do without a stall. Return: 0 or -1. */
int problems_mend(struct guest *guest, struct error *err);
/** problems_each() - call @fn with each problem of a guest that needs a person, or goes on for a while. */
void problems_each(const struct guest *guest, void (*fn)(void *arg, const char *problem), void *arg);

#endif
