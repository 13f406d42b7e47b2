// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reply.c - replies of vimod, for terminals.
 */
#include "json.h"
#include "vimoctl.h"

#include <stdio.h>

json_object *call_vimod(struct client *client, const char *method, json_object *parameters, struct error *err)
{
	json_object *reply = client_call(client, method, parameters, err);

	json_clean(reply);
	return reply;
}

void write_json(FILE *out, json_object *json)
{
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
}

void print_json(json_object *json)
{
	write_json(stdout, json);
}
