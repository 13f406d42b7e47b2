// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * why.c - why a guest ended: from its history, which outlives dom0.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void print_log(json_object *entry)
{
	json_object *lines;

	if (!json_object_object_get_ex(entry, "log", &lines) || !json_object_is_type(lines, json_type_array))
		return;
	for (size_t n = 0; n < json_object_array_length(lines); n++)
		printf("    %s\n", json_object_get_string(json_object_array_get_idx(lines, n)));
}

static void print_entry(json_object *entry)
{
	const char *cause = json_string(entry, "cause"), *asked = json_string(entry, "asked");
	const char *event = json_string(entry, "event"), *next = json_string(entry, "next");
	time_t seconds = (time_t)json_number(entry, "time", 0);
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime_r(&seconds, &tm));
	printf("%s  %s, domain %d%s%s", text, event ? event : "-", (int)json_number(entry, "id", 0), cause ? ": " : "",
	       cause ? cause : "");
	if (asked)
		printf(" (asked by %s)", asked);
	if (next && strcmp(next, "destroy") != 0)
		printf(", then %s", strcmp(next, "restart") ? "preserved" : "started again");
	putchar('\n');
	print_log(entry);
}

/* Return: the last end, or NULL when the guest has not ended yet. */
static json_object *last_end(json_object *entries)
{
	for (size_t n = json_object_array_length(entries); n; n--) {
		json_object *entry = json_object_array_get_idx(entries, n - 1);
		const char *event = json_string(entry, "event");

		if (event && !strcmp(event, "ended"))
			return entry;
	}
	return NULL;
}

int cmd_why(struct client *client, const struct options *options, struct error *err)
{
	json_object *parameters = json_object_new_object(), *entries = NULL, *last;
	CLEANUP_JSON json_object *reply = NULL;

	json_put_string(parameters, "name", options->operand);
	reply = call_vimod(client, "io.vimo.Domains.History", parameters, err);
	if (!reply || !json_object_object_get_ex(reply, "entries", &entries))
		return -1;
	last = last_end(entries);
	if (!options->all && !last)
		return error_set(err, ERROR_NOT_FOUND, "%s has not ended yet: run 'vimoctl info %s' to see its state",
				 options->operand, options->operand);
	if (options->json) {
		print_json(options->all ? entries : last);
		return 0;
	}
	for (size_t n = 0; options->all && n < json_object_array_length(entries); n++)
		print_entry(json_object_array_get_idx(entries, n));
	if (!options->all)
		print_entry(last);
	return 0;
}
