// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * list.c - show guests: all in a table, or one with all that is known of it.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *left, const void *right)
{
	json_object *const *a = left, *const *b = right;

	return strcmp(json_string(*a, "name"), json_string(*b, "name"));
}

static int by_number(const void *left, const void *right, const char *key, int direction)
{
	json_object *const *a = left, *const *b = right;
	int64_t first = json_number(*a, key, 0), second = json_number(*b, key, 0);

	return first == second ? by_name(left, right) : first < second ? -direction : direction;
}

static int by_id(const void *left, const void *right)
{
	return by_number(left, right, "id", 1);
}

static int by_memory(const void *left, const void *right)
{
	return by_number(left, right, "memory", -1);
}

static int by_time(const void *left, const void *right)
{
	return by_number(left, right, "cpu_time_ns", -1);
}

static int by_state(const void *left, const void *right)
{
	json_object *const *a = left, *const *b = right;
	int order = strcmp(json_string(*a, "state"), json_string(*b, "state"));

	return order ? order : by_name(left, right);
}

static const struct {
	const char *name;
	int (*compare)(const void *left, const void *right);
} orders[] = {
	{ "name", by_name }, { "id", by_id }, { "memory", by_memory }, { "time", by_time }, { "state", by_state },
};

/* Return: the comparison, or NULL. */
static int (*find_order(const char *name))(const void *left, const void *right)
{
	for (size_t n = 0; n < sizeof(orders) / sizeof(orders[0]); n++)
		if (!strcmp(name, orders[n].name))
			return orders[n].compare;
	return NULL;
}

/* Return: the guests of @list in the state of --state, in an order; all have what an order compares. */
static json_object *choose(json_object *list, const struct options *options,
			   int (*compare)(const void *left, const void *right))
{
	json_object *chosen = json_object_new_array();

	for (size_t n = 0; n < json_object_array_length(list); n++) {
		json_object *guest = json_object_array_get_idx(list, n);
		const char *state = json_string(guest, "state");

		if (state && json_string(guest, "name") && (!options->state || !strcmp(state, options->state)))
			json_object_array_add(chosen, json_object_get(guest));
	}
	json_object_array_sort(chosen, compare);
	return chosen;
}

int cmd_list(struct client *client, const struct options *options, struct error *err)
{
	int (*compare)(const void *left, const void *right) = find_order(options->sort ? options->sort : "name");
	json_object *call, *list = NULL;
	CLEANUP_JSON json_object *reply = NULL, *chosen = NULL;

	if (!compare)
		return error_set(err, ERROR_USAGE,
				 "--sort=%s is not an order of list: use name, id, memory, time or state",
				 options->sort);
	call = json_object_new_object();

	/* A guest that is only defined is listed when it is asked for. */
	if (options->all || (options->state && !strcmp(options->state, "defined")))
		json_object_object_add(call, "all", json_object_new_boolean(true));
	reply = call_vimod(client, "io.vimo.Domains.List", call, err);
	if (!reply || !json_object_object_get_ex(reply, "guests", &list))
		return -1;
	chosen = choose(list, options, compare);
	if (options->json) {
		print_json(chosen);
		return 0;
	}
	printf("%-24s %4s %8s %6s %-9s %10s\n", "NAME", "ID", "MEM/MiB", "VCPUS", "STATE", "TIME/s");
	for (size_t n = 0; n < json_object_array_length(chosen); n++) {
		json_object *guest = json_object_array_get_idx(chosen, n);

		printf("%-24s %4d %8d %6d %-9s %10.1f\n", json_string(guest, "name"), (int)json_number(guest, "id", 0),
		       (int)json_number(guest, "memory", 0), (int)json_number(guest, "vcpus", 0),
		       json_string(guest, "state"), json_number(guest, "cpu_time_ns", 0) / 1e9);
	}
	return 0;
}

static void print_uptime(int64_t seconds)
{
	printf("uptime: ");
	if (seconds >= 86400)
		printf("%d d ", (int)(seconds / 86400));
	printf("%02d:%02d:%02d\n", (int)(seconds / 3600 % 24), (int)(seconds / 60 % 60), (int)(seconds % 60));
}

/* A line for each element of a list. @words: the members of an element that is an object */
static void print_elements(const char *name, json_object *list, const char *const words[2])
{
	for (size_t n = 0; n < json_object_array_length(list); n++) {
		json_object *element = json_object_array_get_idx(list, n), *first = NULL, *second = NULL;

		if (json_object_is_type(element, json_type_string)) {
			printf("%s: %s\n", name, json_object_get_string(element));
			continue;
		}
		json_object_object_get_ex(element, words[0], &first);
		json_object_object_get_ex(element, words[1], &second);
		printf("%s: %s %s\n", name, json_object_get_string(first), json_object_get_string(second));
	}
}

/* Members that people read in another form. Return: whether @key is one. */
static bool print_for_people(json_object *guest, const char *key, json_object *value)
{
	static const struct {
		const char *key, *name, *words[2];
	} lists[] = {
		{ "problems", "problem", { NULL, NULL } },
		{ "processes", "process", { "name", "pid" } },
		{ "addresses", "address", { "mac", "address" } },
		{ "logs", "log", { NULL, NULL } },
	};
	json_object *problems;

	if (!strcmp(key, "memory"))
		printf("memory: %d MiB\n", (int)json_object_get_int64(value));
	else if (!strcmp(key, "cpu_time_ns"))
		printf("cpu_time: %.1f s\n", (double)json_object_get_int64(value) / 1e9);
	else if (!strcmp(key, "uptime_s"))
		print_uptime(json_object_get_int64(value));
	else if (strcmp(key, "problem") || !json_object_object_get_ex(guest, "problems", &problems)) {
		for (size_t n = 0; n < sizeof(lists) / sizeof(lists[0]); n++) {
			if (strcmp(key, lists[n].key) || !json_object_is_type(value, json_type_array))
				continue;
			print_elements(lists[n].name, value, lists[n].words);
			return true;
		}
		return false;
	}
	return true; /* problem: problems have it, too */
}

int cmd_info(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call_vimod(client, "io.vimo.Domains.Info", named_guest(options), err);
	json_object *guest;

	if (!reply || !json_object_object_get_ex(reply, "guest", &guest))
		return -1;
	if (options->json) {
		print_json(guest);
		return 0;
	}
	json_object_object_foreach(guest, key, value) {
		if (print_for_people(guest, key, value))
			continue;
		if (json_object_is_type(value, json_type_object))
			print_members(value, key, ".");
		else
			printf("%s: %s\n", key, json_object_get_string(value));
	}
	return 0;
}
