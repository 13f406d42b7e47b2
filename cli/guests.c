// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guests.c - show and control existing guests.
 */
#include "cleanup.h"
#include "json.h"
#include "text.h"
#include "vimoctl.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static json_object *named(const struct options *options)
{
	json_object *json = json_object_new_object();

	json_put_string(json, "name", options->operand);
	return json;
}

static int simple(struct client *client, const char *method, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call_vimod(client, method, named(options), err);

	if (reply && options->json)
		print_json(reply);
	return reply ? 0 : -1;
}

int cmd_list(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = NULL;
	json_object *call = json_object_new_object(), *list;

	if (options->all)
		json_object_object_add(call, "all", json_object_new_boolean(true));
	reply = call_vimod(client, "io.vimo.Domains.List", call, err);
	if (!reply || !json_object_object_get_ex(reply, "guests", &list))
		return -1;
	if (options->json) {
		print_json(list);
		return 0;
	}
	printf("%-24s %4s %8s %6s %-9s %10s\n", "NAME", "ID", "MEM/MiB", "VCPUS", "STATE", "TIME/s");
	for (size_t n = 0; n < json_object_array_length(list); n++) {
		json_object *guest = json_object_array_get_idx(list, n);

		printf("%-24s %4d %8d %6d %-9s %10.1f\n", json_string(guest, "name"), (int)json_number(guest, "id", 0),
		       (int)json_number(guest, "memory", 0), (int)json_number(guest, "vcpus", 0),
		       json_string(guest, "state"), json_number(guest, "cpu_time_ns", 0) / 1e9);
	}
	return 0;
}

static void print_members(json_object *object, const char *parent, const char *dot)
{
	json_object_object_foreach(object, key, value) {
		if (json_object_is_type(value, json_type_object))
			print_members(value, key, ".");
		else
			printf("%s%s%s: %s\n", parent, dot, key, json_object_get_string(value));
	}
}

int cmd_info(struct client *client, const struct options *options, struct error *err)
{
	CLEANUP_JSON json_object *reply = call_vimod(client, "io.vimo.Domains.Info", named(options), err);
	json_object *guest;

	if (!reply || !json_object_object_get_ex(reply, "guest", &guest))
		return -1;
	if (options->json)
		print_json(guest);
	else
		print_members(guest, "", "");
	return 0;
}

/* Wait until the guest is stopped or removed. Polling survives a restart of the guest. */
static int wait_gone(struct client *client, const struct options *options, struct error *err)
{
	for (int ticks = 0; ticks < options->timeout_s * 10; ticks++) {
		CLEANUP_JSON json_object *reply = call_vimod(client, "io.vimo.Domains.Info", named(options), err);
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
	json_object *call = named(options);
	CLEANUP_JSON json_object *reply = NULL;

	json_put_string(call, "event", options->second);
	if (options->third)
		json_put_string(call, "key", options->third);
	reply = call_vimod(client, "io.vimo.Domains.Trigger", call, err);
	return reply ? 0 : -1;
}

int cmd_reboot(struct client *client, const struct options *options, struct error *err)
{
	json_object *call = named(options);
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
