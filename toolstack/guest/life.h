/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * life.h - the life of guests; guest.c's, create.c's, start.c's, end.c's and adopt.c's own.
 *
 *   BUILDING -> RUNNING <-> PAUSED -> STOPPED (preserved) or ENDING -> gone or BUILDING
 *
 * Every way out, failed creates too, leads through guest_finish(): device model
 * first, then the domain, then the files. What a killed vimod left is finished
 * the same way by the next.
 */
#ifndef TOOLSTACK_GUEST_LIFE_H
#define TOOLSTACK_GUEST_LIFE_H

#include "guest/guest.h"

/* guest.c */
const char *guest_state_name(const struct guest *guest);
/** guest_announce() - tell who monitors. */
void guest_announce(struct guest *guest);
/** guest_record() - write domain.json. Return: 0 or -1. */
int guest_record(struct guest *guest, struct error *err);
/** guest_enter() - another state: recorded and announced. */
void guest_enter(struct guest *guest, enum guest_state state);

/* create.c */
/** guest_check_resources() - there are processors and memory for it. @gic: gets the version of guests' */
int guest_check_resources(struct daemon *daemon, const struct guest_config *config, uint32_t *gic, struct error *err);

/* start.c */
struct guest *guest_new(struct daemon *daemon, const struct guest_config *config);
/** guest_build() - also again, after a restart. */
void guest_build(struct guest *guest);
/** guest_respawn() - another device model, soon; later each time that one did not get ready. */
void guest_respawn(struct guest *guest);

/* end.c */
/** guest_watch() - see when it stops by itself. */
void guest_watch(struct guest *guest);
/* stall.c */
/** guest_watch_stalls() - see when a failing disk pauses it, and whether one has. */
void guest_watch_stalls(struct guest *guest);
void guest_forget_stalls(struct guest *guest);
/** guest_mend_stall() - before it goes on: its disk tries again. Return: 0 or -1. */
int guest_mend_stall(struct guest *guest, struct error *err);

/* end.c, too */
/** guest_finish() - end it now, its device model after @grace_ms. */
void guest_finish(struct guest *guest, uint64_t grace_ms);
/** guest_release() - its device model has gone: now the domain, then the files. */
void guest_release(struct guest *guest);
/** guest_fail() - it could not be started. */
void guest_fail(struct guest *guest, const struct error *err);

#endif
