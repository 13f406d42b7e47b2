/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patrol.h - look after what guests' processes can write, every few seconds.
 */
#ifndef TOOLSTACK_GUEST_PATROL_H
#define TOOLSTACK_GUEST_PATROL_H

#include "guest/guest.h"

/** patrol_start() - check the sizes of all guests' logs, again and again while there are guests. Once in a loop. */
void patrol_start(struct guests *guests);

#endif
