/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * work.h - jobs for threads. What may wait for a file server is not done in the event loop.
 */
#ifndef TOOLSTACK_GUEST_WORK_H
#define TOOLSTACK_GUEST_WORK_H

#include "guest/guest.h"

struct work;
typedef void (*work_fn)(struct work *work);

/** A job, a member of the structure that it works with: container_of() finds that. */
struct work {
	uv_work_t request;
	struct guest *guest; /* NULL: none yet */
	work_fn run, done;
};

/**
 * work_start() - call @run in a thread, then @done in the event loop.
 * @guest: is busy until @done is called; NULL: none
 * @done: frees what @work is a member of
 */
void work_start(struct work *work, uv_loop_t *loop, struct guest *guest, work_fn run, work_fn done);

#endif
