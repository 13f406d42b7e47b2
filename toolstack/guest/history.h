/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h - starts and ends of each guest, with their causes: /var/lib/vimo/history/NAME.jsonl, which outlives dom0.
 *
 * A guest that has started and not ended, in an earlier life of dom0, ended with that dom0.
 */
#ifndef TOOLSTACK_GUEST_HISTORY_H
#define TOOLSTACK_GUEST_HISTORY_H

#include "guest/guest.h"

/** history_started() - the guest runs. */
void history_started(struct guest *guest);
/** history_ended() - the guest has ended with guest->cause. @next: what follows: "destroy", "restart" or "preserve" */
void history_ended(struct guest *guest, const char *next);
/** history_settle() - end what started in earlier lives of dom0, or is not in the list. All guests are adopted. */
void history_settle(struct guests *guests);
/** history_read() - all entries of a name, the oldest first: an array. NULL: refused. Any thread. */
json_object *history_read(const char *name, struct error *err);
/** history_ran() - whether a guest of that name ran as dom0 went down last, and has not been started since. Any thread.
 */
bool history_ran(const char *name);
/** history_rename() - the history follows a guest that is renamed. A job of saving.h calls it. */
void history_rename(const char *name, const char *to);

#endif
