// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * deferred.c - calls that wait until a thread has opened a guest's files, in their order.
 */
#include "guest/guest.h"

#include <stdlib.h>

struct deferred {
	struct deferred *next;
	struct call *call;
	json_object *parameters;
	deferred_fn fn;
};

bool guest_defer(struct guest *guest, struct call *call, json_object *parameters, deferred_fn fn)
{
	struct deferred **at = &guest->deferred, *deferred;

	if (!guest->busy || !guest_is_up(guest))
		return false;
	deferred = calloc(1, sizeof(*deferred));
	if (!deferred)
		abort();
	deferred->call = call;
	deferred->parameters = json_object_get(parameters);
	deferred->fn = fn;
	while (*at)
		at = &(*at)->next;
	*at = deferred;
	return true;
}

void guest_go_on(struct guest *guest)
{
	struct deferred *deferred;

	while ((deferred = guest->deferred) && !(guest->busy && guest_is_up(guest))) {
		guest->deferred = deferred->next;
		deferred->fn(deferred->call, deferred->parameters);
		json_object_put(deferred->parameters);
		free(deferred);
	}
}
