// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * all.c - start and shut down all guests, as dom0's start and shutdown do. A next vimod does what is left to do.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <stdio.h>

int start_all(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call_vimod(client, "io.vimo.Domains.StartAll", NULL, err);
	json_object *results = NULL;
	int failed = 0;

	if (!reply || !json_object_object_get_ex(reply, "results", &results))
		return -1;
	if (options->json)
		print_json(results);
	for (size_t n = 0; n < json_object_array_length(results); n++) {
		json_object *result = json_object_array_get_idx(results, n);
		const char *message = json_string(result, "message");

		failed += !!message;
		if (message)
			fprintf(stderr, "vimoctl: %s: %s\n", json_string(result, "name"), message);
		else if (!options->json)
			printf("%s started\n", json_string(result, "name"));
	}
	return failed ? error_set(err, ERROR_FAILED, "%d guests did not start: run 'vimoctl start GUEST' for each",
				  failed) :
			0;
}

int shutdown_all(struct client *client, const struct options *options, struct error *err)
{
	json_object *parameters = json_object_new_object();
	CLEANUP_JSON json_object *reply = NULL;

	if (options->timeout_given)
		json_put_number(parameters, "timeout", options->timeout_s);
	reply = call_vimod(client, "io.vimo.Domains.ShutdownAll", parameters, err);
	return reply ? 0 : -1;
}
