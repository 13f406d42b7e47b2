/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - descriptors and timers of the event loop that own their handle.
 */
#ifndef TOOLSTACK_BASE_WATCH_H
#define TOOLSTACK_BASE_WATCH_H

#include <uv.h>

struct watch;
typedef void (*watch_fn)(void *arg);

/** watch_fd() - call @fn while @fd has @events (UV_READABLE, UV_PRIORITIZED). NULL: no memory. */
struct watch *watch_fd(uv_loop_t *loop, int fd, int events, watch_fn fn, void *arg);
/** watch_timer() - call @fn once after @ms. */
struct watch *watch_timer(uv_loop_t *loop, uint64_t ms, watch_fn fn, void *arg);
/** watch_retry() - a timer for another try: 100 ms, doubled for each of @failures in a row, 12.8 s at most. */
struct watch *watch_retry(uv_loop_t *loop, unsigned int failures, watch_fn fn, void *arg);
/** watch_end() - stop and free; *watch may be NULL and becomes NULL. The fd can be closed after. */
void watch_end(struct watch **watch);

#endif
