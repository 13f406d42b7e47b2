/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saving.h - changes of files that outlive dom0: one after the other, in a thread. A disk may be slow.
 */
#ifndef TOOLSTACK_GUEST_SAVING_H
#define TOOLSTACK_GUEST_SAVING_H

#include "guest/work.h"

struct saving;
typedef void (*saving_fn)(struct saving *saving);

/** A change, a member of the structure that it works with. */
struct saving {
	struct work work;
	struct saving *next;
	uv_loop_t *loop;
	saving_fn run, done;
};

/**
 * saving_start() - call @run in a thread once all changes before it are done, then @done in the event loop.
 * @run: no other change is made meanwhile
 * @done: frees what @saving is a member of
 */
void saving_start(struct saving *saving, uv_loop_t *loop, saving_fn run, saving_fn done);
/** saving_pending() - whether changes are not done yet. Context: event loop. */
bool saving_pending(void);

#endif
