// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * waiter.c - lists of waiters, the first added is called first.
 */
#include "guest/waiter.h"
#include "alloc.h"

struct waiter {
	struct waiter *next;
	waiter_fn fn;
	void *arg;
};

void waiter_add(struct waiter **list, waiter_fn fn, void *arg)
{
	struct waiter *waiter = alloc_zeroed(sizeof(*waiter));

	waiter->fn = fn;
	waiter->arg = arg;
	while (*list)
		list = &(*list)->next;
	*list = waiter;
}

void waiter_call_first(struct waiter **list, struct guest *guest, const struct error *err)
{
	struct waiter *waiter = *list;
	const waiter_fn fn = waiter->fn;
	void *arg = waiter->arg;

	*list = waiter->next;
	free(waiter);
	fn(arg, guest, err); /* may add waiters */
}

void waiter_call_all(struct waiter **list, struct guest *guest, const struct error *err)
{
	while (*list)
		waiter_call_first(list, guest, err);
}
