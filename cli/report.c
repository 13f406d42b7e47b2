// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report.c - errors and warnings on standard error: lines for people, or one JSON object.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <stdio.h>

/* Each message of @list; its texts are printable. Return: how many. */
static size_t print_findings(json_object *list, const char *kind)
{
	size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (size_t n = 0; n < count; n++) {
		const char *message = json_string(json_object_array_get_idx(list, n), "message");

		fprintf(stderr, "vimoctl: %s%s\n", kind, message ? message : "");
	}
	return count;
}

static json_object *findings_of(json_object *from, const char *name)
{
	json_object *list = NULL;

	if (json_object_is_type(from, json_type_object))
		json_object_object_get_ex(from, name, &list);
	json_clean(list);
	return list;
}

void report_warnings(json_object *reply, bool json)
{
	json_object *warnings = findings_of(reply, "warnings"), *object;

	if (!json) {
		print_findings(warnings, "warning: ");
	} else if (json_object_is_type(warnings, json_type_array) && json_object_array_length(warnings)) {
		object = json_object_new_object();
		json_object_object_add(object, "warnings", json_object_get(warnings));
		write_json(stderr, object);
		json_object_put(object);
	}
}

int report_error(const struct client *client, const struct error *err, bool json)
{
	json_object *errors = findings_of(client->failure, "errors");
	json_object *warnings = findings_of(client->failure, "warnings");
	CLEANUP_JSON json_object *object = json_object_new_object();

	if (!json) {
		print_findings(warnings, "warning: ");
		if (!print_findings(errors, ""))
			fprintf(stderr, "vimoctl: %s\n", err->text);
	} else {
		json_put_string(object, "error", error_name(err->code));
		json_put_string(object, "message", err->text);
		if (*err->key)
			json_put_string(object, "key", err->key);
		if (json_number(client->failure, "line", 0))
			json_put_number(object, "line", json_number(client->failure, "line", 0));
		if (errors)
			json_object_object_add(object, "errors", json_object_get(errors));
		if (warnings)
			json_object_object_add(object, "warnings", json_object_get(warnings));
		write_json(stderr, object);
	}
	return err->code && err->code <= ERROR_RESOURCES ? (int)err->code : ERROR_FAILED;
}
