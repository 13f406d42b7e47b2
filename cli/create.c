// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * create.c - create a guest from a file.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <stdio.h>

int cmd_create(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *parsed = NULL, *reply = NULL;
	CLEANUP_FREE char *text = read_config(options->operand, err), *cwd = getcwd(NULL, 0);
	const char *file = config_file_name(options->operand), *name;
	bool progress = isatty(2) && !options->json && !options->dry_run;
	bool attached = options->console && !options->dry_run;
	json_object *call, *config = NULL, *guest = NULL;

	if (text && !cwd)
		return error_errno(err, "working directory");
	parsed = text ? config_of_text(client, text, file, cwd, options->settings, err) : NULL;
	if (!parsed)
		return -1;
	report_warnings(parsed, options->json);
	json_object_object_get_ex(parsed, "config", &config);
	name = json_string(config, "name");
	call = json_object_new_object();
	json_object_object_add(call, "config", json_object_get(config));
	json_object_object_add(call, "dry_run", json_object_new_boolean(options->dry_run));
	if (options->paused || attached)
		json_object_object_add(call, "paused", json_object_new_boolean(true));
	if (progress)
		fprintf(stderr, "Creating %s ...\r", name);
	reply = call_vimod(client, "io.vimo.Domains.Create", call, err);
	if (progress)
		fprintf(stderr, "\033[K");
	if (!reply) {
		config_place_error(client, parsed, file, err);
		return -1;
	}
	json_object_object_get_ex(reply, "guest", &guest);
	if (options->dry_run && options->quiet && !options->json)
		return 0;
	if (options->dry_run)
		print_json(config);
	else if (options->json)
		print_json(guest);
	else
		print_started(options, name, guest);
	fflush(stdout);
	return attached ? console_attach(client, options, name, !options->paused, err) : 0;
}
