/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links.h - taps that somebody deletes are made again.
 */
#ifndef TOOLSTACK_LINKS_H
#define TOOLSTACK_LINKS_H

#include "daemon.h"

/** links_watch() - from now on, for all guests. */
void links_watch(struct daemon *daemon);
/** links_look() - whether a guest's are still there; mend what is not. */
void links_look(struct guest *guest);

#endif
