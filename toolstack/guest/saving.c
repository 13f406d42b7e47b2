// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * saving.c - the queue of changes; the event loop alone uses it.
 */
#include "guest/saving.h"
#include "container.h"

static struct saving *first, **last = &first; /* the first is in its thread */

static void run(struct work *work)
{
	struct saving *saving = container_of(work, struct saving, work);

	saving->run(saving);
}

static void done(struct work *work)
{
	struct saving *saving = container_of(work, struct saving, work);

	first = saving->next;
	if (first)
		work_start(&first->work, first->loop, NULL, run, done);
	else
		last = &first;
	saving->done(saving);
}

void saving_start(struct saving *saving, uv_loop_t *loop, saving_fn run_fn, saving_fn done_fn)
{
	saving->loop = loop;
	saving->run = run_fn;
	saving->done = done_fn;
	saving->next = NULL;
	*last = saving;
	last = &saving->next;
	if (first == saving)
		work_start(&saving->work, loop, NULL, run, done);
}

bool saving_pending(void)
{
	return first;
}
