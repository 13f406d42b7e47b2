/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build.h - from a configuration to a guest that runs. Actions of life.c, in their order.
 */
#ifndef TOOLSTACK_GUEST_BUILD_H
#define TOOLSTACK_GUEST_BUILD_H

#include "guest/guest.h"

/** build_begin() - create and record the domain; a thread loads it and starts the helpers. Records and announces. */
void build_begin(struct guest *guest, const struct guest_event *event);
/** build_wait() - the guest waits until @event->why has gone; open its files again then. */
void build_wait(struct guest *guest, const struct guest_event *event);
/** build_spawn() - start its vimo-dm with @event->files. */
void build_spawn(struct guest *guest, const struct guest_event *event);
/** build_dm_exited() - its first vimo-dm has exited. */
void build_dm_exited(struct guest *guest, const struct guest_event *event);
/** build_start() - its vimo-dm is ready: start its vCPUs. */
void build_start(struct guest *guest, const struct guest_event *event);
/** build_started() - its vCPUs run: what the record will hold. */
void build_started(struct guest *guest, const struct guest_event *event);
/** build_watch() - see when it stops, and what vimo-dm reports. Also for a guest that was adopted. */
void build_watch(struct guest *guest, const struct guest_event *event);
/** build_finish() - build_watch(), and tell its creator. */
void build_finish(struct guest *guest, const struct guest_event *event);

#endif
