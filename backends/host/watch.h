/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - an eventfd in the event loop.
 */
#ifndef HOST_WATCH_H
#define HOST_WATCH_H

#include "error.h"

#include <uv.h>

struct watch;

/** watch_open() - call @on_signal in the event loop after each signal. Return: NULL on error. */
struct watch *watch_open(uv_loop_t *loop, void (*on_signal)(void *context), void *context, struct error *err);
/** watch_fd() - the eventfd. */
int watch_fd(const struct watch *watch);
/** watch_close() - on_signal is not called any more; NULL is allowed. */
void watch_close(struct watch *watch);

#endif
