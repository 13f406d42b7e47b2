/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h - guests start with dom0 and are shut down with it, in their order.
 */
#ifndef TOOLSTACK_GUEST_HOST_H
#define TOOLSTACK_GUEST_HOST_H

#include "guest/guest.h"

/**
 * host_start() - start, one after the other by order and name, each guest that has autostart or ran as dom0 went down,
 * and does not run.
 * @fn: is called when all are started or have failed. @results: an array of name and, of those that failed, message
 */
void host_start(struct guests *guests, void (*fn)(void *arg, json_object *results), void *arg);
/**
 * host_stop() - shut all guests down, higher orders first, those of one order together.
 * @timeout_s: for the guests of an order; those that run on are destroyed then
 * @fn: is called when no guest is left and their histories are on the disk. Until then no guest is created
 *
 * A second caller waits for the same end.
 */
void host_stop(struct guests *guests, uint32_t timeout_s, waiter_fn fn, void *arg);

#endif
