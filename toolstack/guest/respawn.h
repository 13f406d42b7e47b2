/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * respawn.h - the next vimo-dm when one has exited. The guest runs on meanwhile.
 */
#ifndef TOOLSTACK_GUEST_RESPAWN_H
#define TOOLSTACK_GUEST_RESPAWN_H

#include "guest/guest.h"

/** respawn_later() - start the next vimo-dm soon; later each time that one was not ready. */
void respawn_later(struct guest *guest);

/* Actions of life.c. */
/** respawn_exited() - vimo-dm has exited. */
void respawn_exited(struct guest *guest, const struct guest_event *event);
/** respawn_opened() - start the next vimo-dm with @event->files. */
void respawn_opened(struct guest *guest, const struct guest_event *event);
/** respawn_failed() - log @event->why and try again later. */
void respawn_failed(struct guest *guest, const struct guest_event *event);
/** respawn_ready() - the next vimo-dm serves the guest. */
void respawn_ready(struct guest *guest, const struct guest_event *event);
/** respawn_not_ready() - log @event->why. vimo-dm exits: that is the event that counts. */
void respawn_not_ready(struct guest *guest, const struct guest_event *event);

#endif
