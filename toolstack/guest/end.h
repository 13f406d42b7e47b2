/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * end.h - vimo-dm first, then the domain with its helpers, then the files.
 *
 * What a killed vimod left is ended the same way by the next.
 */
#ifndef TOOLSTACK_GUEST_END_H
#define TOOLSTACK_GUEST_END_H

#include "guest/guest.h"

/**
 * end_request() - destroy a guest at once.
 * @restart: build it again then
 * @fn: is called when it is gone, before it is built again
 */
void end_request(struct guest *guest, bool restart, waiter_fn fn, void *arg);

/* Actions of life.c: before the state is entered. */
/** end_leave() - nothing of a guest that is up is watched any more. The others do the same. */
void end_leave(struct guest *guest, const struct guest_event *event);
/** end_by_user() - the cause of a guest that is destroyed. */
void end_by_user(struct guest *guest, const struct guest_event *event);
/** end_redirect() - @event->restart changes what follows the end. */
void end_redirect(struct guest *guest, const struct guest_event *event);
/** end_by_failure() - the cause of a guest that could not be started: @event->why. */
void end_by_failure(struct guest *guest, const struct guest_event *event);
/* Afterwards. */
/** end_now() - kill vimo-dm; the domain goes once vimo-dm has exited and no thread works for the guest. */
void end_now(struct guest *guest, const struct guest_event *event);
/** end_drained() - vimo-dm writes the guest's last output first. */
void end_drained(struct guest *guest, const struct guest_event *event);
/** end_dm_exited() - vimo-dm has exited. */
void end_dm_exited(struct guest *guest, const struct guest_event *event);
/** end_forget() - free the guest. */
void end_forget(struct guest *guest, const struct guest_event *event);

#endif
