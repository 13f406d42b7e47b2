/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deferred.h - callers that wait until no thread works for a guest, in their order.
 */
#ifndef TOOLSTACK_GUEST_DEFERRED_H
#define TOOLSTACK_GUEST_DEFERRED_H

#include "guest/guest.h"

/**
 * deferred_add() - while a thread works for a guest that is up, its devices are not changed: @fn is called later.
 * @fn: called with the guest once it is not busy any more, or not up any more
 *
 * Return: false when the guest is not busy: @fn is not called.
 */
bool deferred_add(struct guest *guest, waiter_fn fn, void *arg);
/** deferred_run() - call those that wait, until one makes the guest busy again. */
void deferred_run(struct guest *guest);

#endif
