// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guests.c - control existing guests.
 */
#include "cleanup.h"
#include "json.h"
#include "text.h"
#include "vimoctl.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

json_object *named_guest(const struct options *options)
{
	json_object *json = json_object_new_object();

	json_put_string(json, "name", options->operand);
	return json;
}

static int simple(struct client *client, const char *method, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call_vimod(client, method, named_guest(options), err);

	if (reply && options->json)
		print_json(reply);
	return reply ? 0 : -1;
}

void print_members(json_object *object, const char *parent, const char *dot)
{
	json_object_object_foreach(object, key, value) {
		if (json_object_is_type(value, json_type_object))
			print_members(value, key, ".");
		else
			printf("%s%s%s: %s\n", parent, dot, key, json_object_get_string(value));
	}
}

/* Wait until the guest is stopped or removed. Polling survives a restart of the guest. */
static int wait_gone(struct client *client, const struct options *options, struct error *err)
{
	for (int ticks = 0; ticks < options->timeout_s * 10; ticks++) {
		CLEANUP_JSON json_object *reply = call_vimod(client, "io.vimo.Domains.Info", named_guest(options), err);
		json_object *guest = NULL;
		const char *state;

		if (!reply)
			return err->code == ERROR_NOT_FOUND ? 0 : -1;
		json_object_object_get_ex(reply, "guest", &guest);
		state = json_string(guest, "state");
		if (state && (!strcmp(state, "stopped") || !strcmp(state, "defined")))
			return 0;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	return error_set(
		err, ERROR_FAILED,
		"%s did not shut down within %d s and may ignore its power button: run 'vimoctl destroy %s' to end it",
		options->operand, options->timeout_s, options->operand);
}

int cmd_shutdown(struct client *client, const struct options *options, struct error *err)
{
	if (options->all)
		return shutdown_all(client, options, err);
	if (simple(client, "io.vimo.Domains.Shutdown", options, err))
		return -1;
	return options->wait ? wait_gone(client, options, err) : 0;
}

int cmd_trigger(struct client *client, const struct options *options, struct error *err)
{
	json_object *call = named_guest(options);
	CLEANUP_JSON json_object *reply = NULL;

	json_put_string(call, "event", options->second);
	if (options->third)
		json_put_string(call, "key", options->third);
	reply = call_vimod(client, "io.vimo.Domains.Trigger", call, err);
	return reply ? 0 : -1;
}

int cmd_reboot(struct client *client, const struct options *options, struct error *err)
{
	json_object *call = named_guest(options);
	CLEANUP_JSON json_object *reply = NULL;

	json_object_object_add(call, "force", json_object_new_boolean(options->force));
	reply = call_vimod(client, "io.vimo.Domains.Reboot", call, err);
	return reply ? 0 : -1;
}

int cmd_destroy(struct client *client, const struct options *options, struct error *err)
{
	return simple(client, "io.vimo.Domains.Destroy", options, err);
}

int cmd_pause(struct client *client, const struct options *options, struct error *err)
{
	return simple(client, "io.vimo.Domains.Pause", options, err);
}

int cmd_unpause(struct client *client, const struct options *options, struct error *err)
{
	return simple(client, "io.vimo.Domains.Unpause", options, err);
}

/* Each line is made printable. */
static void print_lines(const char *text)
{
	CLEANUP_FREE char *copy = strdup(text);
	char *rest = copy, *line;

	while ((line = strsep(&rest, "\n"))) {
		text_clean(line);
		if (rest || *line)
			puts(line);
	}
}

int cmd_dmesg(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = client_call(client, "io.vimo.Host.Log", NULL, err);

	if (!reply)
		return -1;
	if (options->json)
		print_json(reply);
	else if (json_string(reply, "text"))
		print_lines(json_string(reply, "text"));
	return 0;
}

int cmd_version(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call_vimod(client, "io.vimo.Host.Version", NULL, err);
	const char *vimod;

	if (!options->json)
		printf("vimoctl: %s\n", PACKAGE_VERSION);
	if (!reply)
		return -1;
	json_put_string(reply, "vimoctl", PACKAGE_VERSION);
	vimod = json_string(reply, "vimod");
	if (options->json) {
		print_json(reply);
	} else {
		json_object_object_del(reply, "vimoctl");
		print_members(reply, "", "");
	}
	if (vimod && strcmp(vimod, PACKAGE_VERSION))
		return error_set(
			err, ERROR_FAILED,
			"vimod is %s and vimoctl %s: install both of one release and run 'systemctl restart vimod'",
			vimod, PACKAGE_VERSION);
	return 0;
}
