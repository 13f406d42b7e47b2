// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * parameters.c - take parameters, reply.
 */
#include "api/parameters.h"
#include "api/connection.h"
#include "base/store.h"
#include "cleanup.h"
#include "guest/adopt.h"
#include "guest/definition.h"
#include "json.h"

#include <stdio.h>
#include <string.h>

struct guests *method_guests(const struct call *call)
{
	const struct api *api = call->context;

	return api->guests;
}

struct guest *method_find(struct guests *guests, const char *word)
{
	struct guest *guest = guest_find(guests, word);
	char number[16];

	for (struct guest *other = guests->first; other && !guest; other = other->next) {
		snprintf(number, sizeof(number), "%u", other->domain);
		if (!strcmp(number, word))
			guest = other;
	}
	return guest;
}

struct guest *method_guest(struct call *call, json_object *parameters)
{
	struct guests *guests = method_guests(call);
	const char *name = json_string(parameters, "name");
	CLEANUP_JSON json_object *gone = NULL;
	struct guest *guest;
	struct error err;

	guests_open(guests, &err); /* without /dev/vimo there are no guests */
	guest = method_find(guests, name);
	if (guest)
		return guest;
	if (definition_exists(name)) {
		error_set(&err, ERROR_STATE, "guest \"%s\" does not run: run 'vimoctl start %s' first", name, name);
		call_error(call, &err);
		return NULL;
	}
	if (call->trusted && strlen(name) < 64 && !strchr(name, '/'))
		gone = store_read_cause(name);
	if (json_string(gone, "cause"))
		error_set(&err, ERROR_NOT_FOUND, "guest \"%s\" does not exist: the last guest of that name ended: %s",
			  name, json_string(gone, "cause"));
	else
		error_set(&err, ERROR_NOT_FOUND, "guest \"%.80s\" does not exist: run 'vimoctl list' to see the guests",
			  name);
	call_error(call, &err);
	return NULL;
}

void method_asked(const struct call *call, struct guest *guest)
{
	char text[sizeof(guest->asked)];

	if (!call->connection)
		return;
	connection_client(call->connection, text, sizeof(text));
	guest_asked(guest, text);
}

void method_done(struct call *call, int result, const struct error *err)
{
	if (result)
		call_error(call, err);
	else
		call_reply(call, NULL);
}

json_object *method_wrap(const char *key, json_object *value)
{
	json_object *json = json_object_new_object();

	json_object_object_add(json, key, value);
	return json;
}
