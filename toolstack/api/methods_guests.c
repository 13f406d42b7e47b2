// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods_guests.c - the API's methods of guests: create, show, change, end.
 */
#include "api/methods_guests.h"
#include "alloc.h"
#include "api/describe_definition.h"
#include "api/describe_details.h"
#include "api/parameters.h"
#include "cleanup.h"
#include "config/file.h"
#include "config/settings.h"
#include "guest/adopt.h"
#include "guest/control.h"
#include "guest/create.h"
#include "guest/end.h"
#include "json.h"

#include <string.h>

void method_parse(struct call *call, json_object *parameters)
{
	struct config_source source = { .text = json_string(parameters, "text"),
					.file = json_string(parameters, "file"),
					.cwd = json_string(parameters, "cwd") };
	json_object *config, *lines, *reply;
	struct findings findings;
	struct settings settings;
	struct error err;

	if (settings_read(&settings, &err)) {
		call_error(call, &err);
		return;
	}
	reply = json_object_new_object();
	source.defaults = &settings.defaults;
	json_object_object_get_ex(parameters, "settings", &source.settings);
	config = config_parse(&source, &findings, &lines);
	json_object_object_add(reply, "warnings", json_object_get(findings.warnings));
	if (config) {
		json_object_object_add(reply, "config", config);
		json_object_object_add(reply, "lines", lines);
		call_reply(call, reply);
	} else {
		json_object_object_add(reply, "errors", json_object_get(findings.errors));
		json_object_put(lines);
		call_error_with(call, &findings.first, reply);
	}
	findings_end(&findings);
}

/* A call of Create, with the configuration of its guest. */
struct create_call {
	struct call *call;
	bool dry_run;
	struct guest_config config;
};

static void on_created(void *arg, struct guest *guest, const struct error *err)
{
	CLEANUP_FREE struct create_call *create = arg;

	if (err)
		call_error(create->call, err);
	else if (create->dry_run)
		call_reply(create->call, method_wrap("config", config_to_json(&create->config)));
	else
		call_reply(create->call, method_wrap("guest", describe_guest(guest, DESCRIBE_WHOLE)));
}

void method_create(struct call *call, json_object *parameters)
{
	struct create_call *create = alloc_zeroed(sizeof(*create));
	json_object *json = NULL;
	struct error err;

	create->call = call;
	create->dry_run = json_flag(parameters, "dry_run");
	json_object_object_get_ex(parameters, "config", &json);
	if (!config_check(json, &create->config, &err) && !create_check_new(create->config.name, &err)) {
		create_guest(method_guests(call), &create->config,
			     create->dry_run                 ? CREATE_DRY_RUN :
			     json_flag(parameters, "paused") ? CREATE_PAUSED :
							       CREATE_AND_START,
			     on_created, create);
		return;
	}
	free(create);
	call_error(call, &err);
}

static enum describe_depth depth_for(const struct call *call)
{
	return call->trusted ? DESCRIBE_WHOLE : DESCRIBE_FOR_ALL;
}

void method_list(struct call *call, json_object *parameters)
{
	json_object *reply = describe_guests(method_guests(call), depth_for(call));

	if (json_flag(parameters, "all"))
		describe_add_defined(method_guests(call), depth_for(call), reply);
	call_reply(call, reply);
}

void method_statistics(struct call *call, json_object *parameters)
{
	(void)parameters;
	call_reply(call, describe_statistics(method_guests(call)));
}

/* Return: whether the guest is defined and does not run. */
static bool is_only_defined(const struct call *call, const char *name)
{
	struct error ignored;

	guests_open(method_guests(call), &ignored); /* without /dev/vimo no guest runs */
	return !guest_find(method_guests(call), name) && definition_exists(name);
}

void method_info(struct call *call, json_object *parameters)
{
	const char *name = json_string(parameters, "name");
	struct guest *guest;
	json_object *json;
	struct error err;

	if (is_only_defined(call, name)) {
		json = describe_defined(name, depth_for(call), &err);
	} else {
		guest = method_guest(call, parameters);
		if (!guest)
			return;
		json = describe_guest(guest, depth_for(call));
		if (call->trusted) {
			describe_if_defined(name, json);
			describe_details(guest, json);
		}
	}
	if (json)
		call_reply(call, method_wrap("guest", json));
	else
		call_error(call, &err);
}

static void press_button(struct call *call, struct guest *guest, bool reboot)
{
	struct error err;
	int result = control_power_button(guest, reboot, &err);

	if (!result)
		method_asked(call, guest);
	method_done(call, result, &err);
}

static void on_ended(void *call, struct guest *guest, const struct error *err)
{
	(void)guest;
	method_done(call, err ? -1 : 0, err);
}

void method_shutdown(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest)
		press_button(call, guest, false);
}

void method_trigger(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);
	const char *event = json_string(parameters, "event");
	struct error err;
	int result;

	if (!guest)
		return;
	result = control_trigger(guest, event, json_string(parameters, "key"), &err);
	if (!result && !strcmp(event, "power"))
		method_asked(call, guest);
	method_done(call, result, &err);
}

void method_reboot(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest && json_flag(parameters, "force")) {
		method_asked(call, guest);
		end_request(guest, true, on_ended, call);
	} else if (guest) {
		press_button(call, guest, true);
	}
}

void method_destroy(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (!guest)
		return;
	method_asked(call, guest);
	end_request(guest, false, on_ended, call);
}

void method_pause(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);
	struct error err;

	if (guest)
		method_done(call, control_pause(guest, &err), &err);
}

void method_unpause(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);
	struct error err;

	if (guest)
		method_done(call, control_unpause(guest, &err), &err);
}

void method_monitor(struct call *call, json_object *parameters)
{
	struct api *api = call->context;

	(void)parameters;
	monitor_add(&api->monitors, call, api->guests);
}
