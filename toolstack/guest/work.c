// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * work.c - the one use of libuv's threads.
 */
#include "guest/work.h"
#include "container.h"

static void on_run(uv_work_t *request)
{
	struct work *work = container_of(request, struct work, request);

	work->run(work);
}

static void on_done(uv_work_t *request, int status)
{
	struct work *work = container_of(request, struct work, request);

	(void)status; /* no job is cancelled */
	if (work->guest)
		work->guest->busy = false;
	work->done(work);
}

void work_start(struct work *work, uv_loop_t *loop, struct guest *guest, work_fn run, work_fn done)
{
	work->guest = guest;
	work->run = run;
	work->done = done;
	if (guest)
		guest->busy = true;
	uv_queue_work(loop, &work->request, on_run, on_done);
}
