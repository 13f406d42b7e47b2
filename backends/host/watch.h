/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - an eventfd that the event loop looks at, for as long as its owner wants.
 */
#ifndef HOST_WATCH_H
#define HOST_WATCH_H

#include "error.h"

#include <uv.h>

struct watch;

/** watch_open() - call @came in the event loop after each signal. Return: NULL on error. */
struct watch *watch_open(uv_loop_t *loop, void (*came)(void *context), void *context, struct error *err);
/** watch_fd() - what is to be signalled. */
int watch_fd(const struct watch *watch);
/** watch_close() - @came is not called any more; NULL is allowed. */
void watch_close(struct watch *watch);

#endif
