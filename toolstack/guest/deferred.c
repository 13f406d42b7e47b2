// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deferred.c - when a caller waits, and when it goes on.
 */
#include "guest/deferred.h"

static bool must_wait(const struct guest *guest)
{
	return guest->busy && guest_is_up(guest);
}

bool deferred_add(struct guest *guest, waiter_fn fn, void *arg)
{
	if (!must_wait(guest))
		return false;
	waiter_add(&guest->deferred, fn, arg);
	return true;
}

void deferred_run(struct guest *guest)
{
	while (guest->deferred && !must_wait(guest))
		waiter_call_first(&guest->deferred, guest, NULL);
}
