// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch.c - a handle of libuv is freed in its close callback.
 */
#include "base/watch.h"
#include "container.h"

#include <stdlib.h>

#define RETRY_MS 100u
#define RETRY_DOUBLINGS 7u

struct watch {
	union {
		uv_handle_t handle;
		uv_poll_t poll;
		uv_timer_t timer;
	};
	watch_fn fn;
	void *arg;
};

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = container_of(poll, struct watch, poll);

	(void)status;
	(void)events;
	watch->fn(watch->arg);
}

static void on_timer(uv_timer_t *timer)
{
	struct watch *watch = container_of(timer, struct watch, timer);

	watch->fn(watch->arg);
}

static void on_close(uv_handle_t *handle)
{
	free(container_of(handle, struct watch, handle));
}

struct watch *watch_fd(uv_loop_t *loop, int fd, int events, watch_fn fn, void *arg)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->fn = fn;
	watch->arg = arg;
	if (uv_poll_init(loop, &watch->poll, fd)) {
		free(watch);
		return NULL;
	}
	uv_poll_start(&watch->poll, events, on_poll);
	return watch;
}

struct watch *watch_timer(uv_loop_t *loop, uint64_t ms, watch_fn fn, void *arg)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->fn = fn;
	watch->arg = arg;
	uv_timer_init(loop, &watch->timer);
	uv_timer_start(&watch->timer, on_timer, ms, 0);
	return watch;
}

struct watch *watch_retry(uv_loop_t *loop, unsigned int failures, watch_fn fn, void *arg)
{
	return watch_timer(loop, RETRY_MS << (failures < RETRY_DOUBLINGS ? failures : RETRY_DOUBLINGS), fn, arg);
}

void watch_end(struct watch **watch)
{
	if (*watch)
		uv_close(&(*watch)->handle, on_close);
	*watch = NULL;
}
