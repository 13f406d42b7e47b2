// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * events.c - what happens to guests, and what needs a person.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* One line: JSON of a stream is read line by line. */
static void print_line(json_object *json)
{
	printf("%s\n", json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void print_guest(const char *kind, json_object *guest)
{
	const char *cause = json_string(guest, "cause"), *problem = json_string(guest, "problem");
	time_t now = time(NULL);
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime_r(&now, &tm));
	printf("%s  %-8s %-24s %-9s", text, kind, json_string(guest, "name"), json_string(guest, "state"));
	if (cause || problem)
		printf(" %s", problem ? problem : cause);
	putchar('\n');
}

static void print_reply(json_object *reply, bool json)
{
	json_object *guests, *event, *guest = NULL;

	if (json) {
		print_line(reply);
	} else if (json_object_object_get_ex(reply, "event", &event)) {
		json_object_object_get_ex(event, "guest", &guest);
		print_guest(json_string(event, "kind"), guest);
	} else if (json_object_object_get_ex(reply, "guests", &guests)) {
		for (size_t n = 0; n < json_object_array_length(guests); n++)
			print_guest("present", json_object_array_get_idx(guests, n));
	}
	fflush(stdout);
}

#define TRIES 4 /* to connect again, of CLIENT_PATIENCE_MS each */

/* A stream can be more patient than a command, whose user waits. Return: 0 or -1. */
static int connect_again(struct client *client, struct error *err)
{
	int result = -1;

	for (int n = 0; n < TRIES && result; n++)
		result = client_reconnect(client, err);
	return result;
}

/* The next vimod tells all guests again, and so does one whose client was behind. */
int cmd_events(struct client *client, const struct options *options, struct error *err)
{
	for (;;) {
		json_object *reply = NULL;

		if (client_send(client, "io.vimo.Events.Monitor", NULL, true, err) == 0)
			while ((reply = client_receive(client, -1, err))) {
				json_clean(reply);
				print_reply(reply, options->json);
				json_object_put(reply);
			}
		if (!client->lost && err->code != ERROR_BEHIND)
			return -1;
		if (client->lost && connect_again(client, err))
			return -1;
	}
}

static int add_problem(json_object *list, const char *name, const char *problem)
{
	json_object *json = json_object_new_object();

	json_put_string(json, "name", name);
	json_put_string(json, "problem", problem);
	return json_object_array_add(list, json);
}

/* Of a guest that may be gone by now. Return: 0 or -1. */
static int add_problems_of(struct client *client, json_object *list, const char *name, struct error *err)
{
	json_object *call = json_object_new_object(), *guest, *problems;
	CLEANUP_JSON json_object *reply = NULL;

	json_put_string(call, "name", name);
	reply = call_vimod(client, "io.vimo.Domains.Info", call, err);
	if (!reply)
		return err->code == ERROR_NOT_FOUND ? 0 : -1;
	if (!json_object_object_get_ex(reply, "guest", &guest))
		return 0;
	if (!json_object_object_get_ex(guest, "problems", &problems))
		return add_problem(list, name, "it needs root or a member of group vimo to see why"); /* read-only */
	for (size_t n = 0; n < json_object_array_length(problems); n++)
		add_problem(list, name, json_object_get_string(json_object_array_get_idx(problems, n)));
	return 0;
}

/* Problems of the host, then of guests. Return: a list, or NULL. */
static json_object *find_problems(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *version = call_vimod(client, "io.vimo.Host.Version", NULL, err), *reply = NULL;
	CLEANUP_JSON json_object *list = json_object_new_array();
	json_object *guests = NULL;

	if (!version)
		return NULL;
	if (json_string(version, "problem") && !options->operand)
		add_problem(list, "-", json_string(version, "problem"));
	reply = call_vimod(client, "io.vimo.Domains.Statistics", NULL, err);
	if (!reply || !json_object_object_get_ex(reply, "guests", &guests))
		return NULL;
	for (size_t n = 0; n < json_object_array_length(guests); n++) {
		json_object *guest = json_object_array_get_idx(guests, n);
		const char *name = json_string(guest, "name");

		if (json_flag(guest, "troubled") && (!options->operand || !strcmp(options->operand, name)) &&
		    add_problems_of(client, list, name, err))
			return NULL;
	}
	return json_object_get(list);
}

int cmd_problem(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *list = find_problems(client, options, err);
	size_t count = list ? json_object_array_length(list) : 0;

	if (!list)
		return -1;
	if (options->json)
		print_json(list);
	for (size_t n = 0; n < count && !options->json; n++) {
		json_object *problem = json_object_array_get_idx(list, n);

		printf("%-24s %s\n", json_string(problem, "name"), json_string(problem, "problem"));
	}
	fflush(stdout);
	return count ? error_set(err, ERROR_FAILED, "%zu problems: do what the list tells", count) : 0;
}
