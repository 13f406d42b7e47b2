// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods_console.c - the API's methods of consoles and channels.
 */
#include "api/methods_console.h"
#include "api/parameters.h"
#include "dm/files.h"
#include "dm/request.h"
#include "host/channel.h"
#include "json.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void method_console(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);
	const char *console = !strcmp(json_string(parameters, "type"), "virtio") ? "console" : "serial";

	const char *lock;
	json_object *reply;
	struct error err;

	if (!guest)
		return;
	reply = json_object_new_object();
	json_put_string(reply, "path", dm_files_console_path(guest->config.name, console));
	lock = dm_files_console_lock(guest->config.name, console, &err);
	if (lock) {
		json_put_string(reply, "lock", lock);
		call_reply(call, reply);
	} else {
		json_object_put(reply);
		call_error(call, &err);
	}
}

/* The name of a guest that runs, by its name or domain, or has ended. Return: NULL: it cannot be a name. */
static const char *name_in_log(struct call *call, const char *name)
{
	const struct guest *guest = method_find(method_guests(call), name);
	struct error err;

	if (guest)
		return guest->config.name;
	return config_check_name(name, &err) ? NULL : name;
}

void method_console_log(struct call *call, json_object *parameters)
{
	const char *console = !strcmp(json_string(parameters, "type"), "virtio") ? "console" : "serial";
	const char *name = name_in_log(call, json_string(parameters, "name"));
	const char *path = name ? dm_files_log_path(name, console) : "";
	char old[PATH_MAX + 2];
	json_object *reply;
	struct error err;

	if (!name || access(path, F_OK)) {
		error_set(&err, ERROR_NOT_FOUND,
			  "no guest \"%.64s\" has a log: run 'vimoctl list --all' to see the guests",
			  json_string(parameters, "name"));
		error_about(&err, "name");
		call_error(call, &err);
		return;
	}
	reply = json_object_new_object();
	json_put_string(reply, "path", path);
	snprintf(old, sizeof(old), "%s.1", path);
	if (!access(old, F_OK))
		json_put_string(reply, "old", old);
	call_reply(call, reply);
}

void method_channel(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);
	const char *channel = json_string(parameters, "channel");
	uint32_t n = 0;
	struct error err;

	if (!guest)
		return;
	while (n < guest->config.channel_count && strcmp(guest->config.channel[n].name, channel))
		n++;
	if (n < guest->config.channel_count) {
		call_reply(call, method_wrap("path", json_object_new_string(channel_path(&guest->config, n))));
		return;
	}
	error_set(&err, ERROR_NOT_FOUND, "%s has no channel %.64s: run 'vimoctl channel-list %s' to see its channels",
		  guest->config.name, channel, guest->config.name);
	error_about(&err, "channel");
	call_error(call, &err);
}

void method_console_resize(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);
	int64_t cols = json_number(parameters, "cols", 0), rows = json_number(parameters, "rows", 0);
	struct error err;
	int result;

	if (!guest)
		return;
	if (cols < 1 || cols > UINT16_MAX || rows < 1 || rows > UINT16_MAX)
		result = error_key(&err, ERROR_USAGE, cols < 1 || cols > UINT16_MAX ? "cols" : "rows",
				   "cols and rows are out of range: give 1 to %u", UINT16_MAX);
	else
		result = dm_resize(guest->config.name, cols, rows, &err);
	method_done(call, result, &err);
}
