// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * definitions.c - guests that stay: define, undefine, start, rename, autostart.
 */
#include "cleanup.h"
#include "json.h"
#include "vimoctl.h"

#include <stdio.h>

static json_object *named(const char *name)
{
	json_object *json = json_object_new_object();

	json_put_string(json, "name", name);
	return json;
}

/* Call a method that answers nothing; takes over @parameters. Return: 0 or -1. */
static int call(struct client *client, const char *method, json_object *parameters, struct error *err)
{
	CLEANUP_JSON json_object *reply = call_vimod(client, method, parameters, err);

	return reply ? 0 : -1;
}

int define_text(struct client *client, const struct options *options, const char *text, const char *file,
		const char *cwd, json_object **config, struct error *err)
{
	CLEANUP_JSON json_object *parsed = config_of_text(client, text, file, cwd, options->settings, err);
	CLEANUP_JSON json_object *old = NULL, *again = NULL;
	json_object *lines = NULL, *kept = NULL, *uuid;
	CLEANUP_FREE char *longer = NULL;
	struct error ignored;

	if (!parsed)
		return -1;
	report_warnings(parsed, options->json);
	/* A guest that is defined again stays the same guest for its software: its UUID, and the MACs that come of it.
	 */
	json_object_object_get_ex(parsed, "lines", &lines);
	json_object_object_get_ex(parsed, "config", config);
	if (lines && !json_object_object_get_ex(lines, "uuid", &uuid))
		old = call_vimod(client, "io.vimo.Domains.Definition", named(json_string(*config, "name")), &ignored);
	if (old && json_object_object_get_ex(old, "config", &kept) &&
	    asprintf(&longer, "%s\nuuid = \"%s\"\n", text, json_string(kept, "uuid")) > 0) {
		again = config_of_text(client, longer, file, cwd, options->settings, err);
		if (!again)
			return -1;
		json_object_object_get_ex(again, "config", config);
	}
	json_object_get(*config);
	return 0;
}

int cmd_define(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_FREE char *text = read_config(options->operand, err);
	CLEANUP_JSON json_object *config = NULL;
	CLEANUP_FREE char *cwd = getcwd(NULL, 0);
	json_object *parameters;

	if (!text)
		return -1;
	if (!cwd)
		return error_errno(err, "working directory");
	if (define_text(client, options, text, config_file_name(options->operand), cwd, &config, err))
		return -1;
	parameters = json_object_new_object();
	json_object_object_add(parameters, "config", json_object_get(config));
	if (call(client, "io.vimo.Domains.Define", parameters, err))
		return -1;
	if (options->json)
		print_json(config);
	else
		printf("%s defined\n", json_string(config, "name"));
	return 0;
}

int cmd_undefine(struct client *client, const struct options *options, struct error *err)
{
	return call(client, "io.vimo.Domains.Undefine", named(options->operand), err);
}

void print_started(const struct options *options, const char *name, json_object *guest)
{
	printf("%s %s, domain %d\n", name, options->paused ? "is paused before its first instruction" : "started",
	       (int)json_number(guest, "id", 0));
}

int cmd_start(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = NULL;
	json_object *parameters, *guest = NULL;

	if (options->all)
		return start_all(client, options, err);
	parameters = named(options->operand);
	if (options->paused || options->console)
		json_object_object_add(parameters, "paused", json_object_new_boolean(true));
	reply = call_vimod(client, "io.vimo.Domains.Start", parameters, err);
	if (!reply)
		return -1;
	json_object_object_get_ex(reply, "guest", &guest);
	if (options->json)
		print_json(guest);
	else
		print_started(options, options->operand, guest);
	fflush(stdout);
	return options->console ? console_attach(client, options, options->operand, !options->paused, err) : 0;
}

int cmd_rename(struct client *client, const struct options *options, struct error *err)
{
	json_object *parameters = named(options->operand);

	json_put_string(parameters, "to", options->second);
	return call(client, "io.vimo.Domains.Rename", parameters, err);
}

int cmd_autostart(struct client *client, const struct options *options, struct error *err)
{
	json_object *parameters = named(options->operand);

	json_object_object_add(parameters, "enabled", json_object_new_boolean(!options->off));
	if (options->order >= 0)
		json_put_number(parameters, "order", options->order);
	if (options->delay_s >= 0)
		json_put_number(parameters, "delay", options->delay_s);
	return call(client, "io.vimo.Domains.Autostart", parameters, err);
}
