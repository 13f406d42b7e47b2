/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * life.h - every transition of a guest's state: a table of (state, event).
 */
#ifndef TOOLSTACK_GUEST_LIFE_H
#define TOOLSTACK_GUEST_LIFE_H

#include "guest/guest.h"

/**
 * life_event() - make the transition; guests->on_event.
 *
 * The state that is entered is recorded and announced. An event that the state does not expect is ignored. Actions
 * may post events, and free the guest.
 */
void life_event(struct guest *guest, const struct guest_event *event);
/** life_expects() - the guest's state expects this event: what clients ask for is refused otherwise. */
bool life_expects(const struct guest *guest, enum guest_event_kind kind);

#endif
