// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snapshots.c - snapshots of a guest that does not run.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <stdio.h>
#include <time.h>

static json_object *call(struct client *client, const char *method, const struct options *options, struct error *err)
{
	json_object *parameters = json_object_new_object();

	json_put_string(parameters, "name", options->operand);
	if (options->second)
		json_put_string(parameters, "snapshot", options->second);
	return call_vimod(client, method, parameters, err);
}

static void print_snapshot(json_object *snapshot)
{
	time_t seconds = (time_t)json_number(snapshot, "created", 0);
	const char *name = json_string(snapshot, "name");
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", localtime_r(&seconds, &tm));
	printf("%-32s %s%s\n", name ? name : "-", text,
	       json_flag(snapshot, "complete") ? "" : "  incomplete: delete it");
}

int cmd_snapshot_list(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call(client, "io.vimo.Snapshots.List", options, err);
	json_object *list = NULL;

	if (!reply || !json_object_object_get_ex(reply, "snapshots", &list))
		return -1;
	if (options->json) {
		print_json(list);
		return 0;
	}
	puts("NAME                             CREATED");
	for (size_t n = 0; n < json_object_array_length(list); n++)
		print_snapshot(json_object_array_get_idx(list, n));
	return 0;
}

int cmd_snapshot_create(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call(client, "io.vimo.Snapshots.Create", options, err);

	return reply ? 0 : -1;
}

int cmd_snapshot_revert(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call(client, "io.vimo.Snapshots.Revert", options, err);

	return reply ? 0 : -1;
}

int cmd_snapshot_delete(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call(client, "io.vimo.Snapshots.Delete", options, err);

	return reply ? 0 : -1;
}
