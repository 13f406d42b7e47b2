/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * waiter.h - functions to be called when something has ended.
 */
#ifndef TOOLSTACK_GUEST_WAITER_H
#define TOOLSTACK_GUEST_WAITER_H

#include "error.h"

struct guest;
struct waiter; /* a list: NULL is empty */

/**
 * waiter_fn - called once, in the event loop.
 * @guest: the guest that was waited for; NULL when it does not exist
 * @err: why it failed; NULL when it succeeded
 */
typedef void (*waiter_fn)(void *arg, struct guest *guest, const struct error *err);

/** waiter_add() - append a waiter. */
void waiter_add(struct waiter **list, waiter_fn fn, void *arg);
/** waiter_call_first() - remove the first waiter and call it. The list is not empty. */
void waiter_call_first(struct waiter **list, struct guest *guest, const struct error *err);
/** waiter_call_all() - remove and call all, in their order. */
void waiter_call_all(struct waiter **list, struct guest *guest, const struct error *err);

#endif
