// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods.c - the API's methods, one table. io.vimo.varlink is the contract.
 */
#include "cleanup.h"
#include "config/file.h"
#include "guest/guest.h"
#include "device.h"
#include "json.h"
#include "api/parameters.h"
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.1.0"
#endif

static const char interface_text[] = {
#include "io.vimo.varlink.inc"
	0
};

/* A method answers its call, now or later. */
typedef void (*method_fn)(struct call *call, json_object *parameters);

const char *method_string(struct call *call, json_object *parameters, const char *key)
{
	const char *value = json_string(parameters, key);
	struct error err;

	if (!value) {
		error_set(&err, ERROR_USAGE, "parameter %s is missing or no string", key);
		error_about(&err, key);
		call_error(call, &err);
	}
	return value;
}

struct guest *method_guest(struct call *call, json_object *parameters)
{
	const char *name = method_string(call, parameters, "name");
	CLEANUP_JSON json_object *gone = NULL;
	struct guest *guest;
	struct error err;

	if (!name)
		return NULL;
	daemon_open(call->daemon, &err); /* adopts; without it there are no guests */
	guest = guest_find(call->daemon, name);
	if (guest)
		return guest;
	if (strlen(name) < 64 && !strchr(name, '/'))
		gone = store_read_cause(name);
	if (json_string(gone, "cause"))
		error_set(&err, ERROR_NOT_FOUND, "guest \"%s\" does not exist: the last guest of that name ended: %s",
			  name, json_string(gone, "cause"));
	else
		error_set(&err, ERROR_NOT_FOUND, "guest \"%.80s\" does not exist: run 'vimoctl list' to see the guests",
			  name);
	call_error(call, &err);
	return NULL;
}

void method_done(struct call *call, int result, const struct error *err)
{
	if (result)
		call_error(call, err);
	else
		call_reply(call, NULL);
}

json_object *method_wrap(const char *key, json_object *value)
{
	json_object *json = json_object_new_object();

	json_object_object_add(json, key, value);
	return json;
}

static void method_parse(struct call *call, json_object *parameters)
{
	const char *text = method_string(call, parameters, "text");
	const char *file = text ? method_string(call, parameters, "file") : NULL;
	const char *cwd = file ? method_string(call, parameters, "cwd") : NULL;
	json_object *config, *lines, *reply;
	struct error err;

	if (!cwd)
		return;
	config = config_parse(text, file, cwd, &lines, &err);
	if (!config) {
		call_error(call, &err);
		return;
	}
	reply = method_wrap("config", config);
	json_object_object_add(reply, "lines", lines);
	call_reply(call, reply);
}

static void method_create(struct call *call, json_object *parameters)
{
	struct guest_config config;
	json_object *json = NULL;
	struct error err;

	json_object_object_get_ex(parameters, "config", &json);
	if (config_check(json, &config, &err))
		call_error(call, &err);
	else
		guest_create(call->daemon, &config, json_flag(parameters, "dry_run"), call);
}

static json_object *all_guests(struct daemon *daemon)
{
	json_object *list = json_object_new_array();
	struct error err;

	daemon_open(daemon, &err);
	for (struct guest *guest = daemon->guests; guest; guest = guest->next)
		json_object_array_add(list, guest_to_json(guest));
	return method_wrap("guests", list);
}

static void method_list(struct call *call, json_object *parameters)
{
	(void)parameters;
	call_reply(call, all_guests(call->daemon));
}

static void method_info(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest)
		call_reply(call, method_wrap("guest", guest_to_json(guest)));
}

static void press_button(struct call *call, struct guest *guest, bool reboot)
{
	struct error err;
	int result;

	if (guest->state != GUEST_RUNNING)
		result = error_set(&err, ERROR_STATE, "%s is not running and cannot shut down: %s", guest->config.name,
				   guest->state == GUEST_PAUSED ? "unpause it" : "use destroy");
	else
		result = dm_power_button(guest->config.name, &err);
	if (!result)
		guest->reboot = reboot;
	method_done(call, result, &err);
}

static void method_shutdown(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest)
		press_button(call, guest, false);
}

static void method_reboot(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest && json_flag(parameters, "force"))
		guest_destroy(guest, true, call);
	else if (guest)
		press_button(call, guest, true);
}

static void method_destroy(struct call *call, json_object *parameters)
{
	struct guest *guest = method_guest(call, parameters);

	if (guest)
		guest_destroy(guest, false, call);
}

static void pause_or_not(struct call *call, json_object *parameters, bool pause)
{
	struct guest *guest = method_guest(call, parameters);
	struct error err;

	if (guest)
		method_done(call, guest_pause(guest, pause, &err), &err);
}

static void method_pause(struct call *call, json_object *parameters)
{
	pause_or_not(call, parameters, true);
}

static void method_unpause(struct call *call, json_object *parameters)
{
	pause_or_not(call, parameters, false);
}

static void method_monitor(struct call *call, json_object *parameters)
{
	(void)parameters;
	if (!call->more) {
		call_reply(call, all_guests(call->daemon));
	} else if (call_continue(call, all_guests(call->daemon))) {
		daemon_prune_monitors(call->daemon);
		call->next = call->daemon->monitors;
		call->daemon->monitors = call;
	} else {
		free(call);
	}
}

static void method_log(struct call *call, json_object *parameters)
{
	CLEANUP_FREE char *text = malloc(2 * VIMO_PAGE_SIZE * 16);
	CLEANUP_FD int fd = -1;
	struct error err;
	size_t used = 0;
	ssize_t got;

	(void)parameters;
	/* A descriptor of its own: each reads from the oldest byte. */
	fd = text ? device_open(&err) : error_set(&err, ERROR_RESOURCES, "out of memory");
	if (fd < 0) {
		call_error(call, &err);
		return;
	}
	while (used < 2 * VIMO_PAGE_SIZE * 16 && (got = read(fd, text + used, 2 * VIMO_PAGE_SIZE * 16 - used)) > 0)
		used += got;
	call_reply(call, method_wrap("text", json_object_new_string_len(text, used)));
}

static void put_version(json_object *json, const char *key, uint64_t version)
{
	char text[48];

	snprintf(text, sizeof(text), "%u.%u.%u", (unsigned int)(version >> 32), (unsigned int)(version >> 16 & 0xffff),
		 (unsigned int)(version & 0xffff));
	json_put_string(json, key, text);
}

static void method_version(struct call *call, json_object *parameters)
{
	json_object *json = json_object_new_object();
	struct vimo_ioc_info info;
	struct error err;
	char abi[24];

	(void)parameters;
	snprintf(abi, sizeof(abi), "%u.%u", VIMO_ABI_MAJOR, VIMO_ABI_MINOR);
	json_put_string(json, "vimod", PACKAGE_VERSION);
	json_put_string(json, "abi", abi);
	if (daemon_open(call->daemon, &err) || device_info(call->daemon->device, &info, &err)) {
		json_put_string(json, "problem", err.text);
	} else {
		put_version(json, "module", info.module_version);
		put_version(json, "hypervisor", info.hypervisor_version);
		json_put_number(json, "free_pages", info.free_pages);
		json_put_number(json, "pool_pages", info.pool_pages);
		json_put_number(json, "cpus", info.cpus);
		json_put_number(json, "gic", info.gic_version);
	}
	call_reply(call, json);
}

static void method_get_info(struct call *call, json_object *parameters)
{
	json_object *json = json_object_new_object(), *list = json_object_new_array();

	(void)parameters;
	json_put_string(json, "vendor", "ViMo-S");
	json_put_string(json, "product", "vimod");
	json_put_string(json, "version", PACKAGE_VERSION);
	json_object_array_add(list, json_object_new_string("org.varlink.service"));
	json_object_array_add(list, json_object_new_string("io.vimo"));
	json_object_object_add(json, "interfaces", list);
	call_reply(call, json);
}

static void method_describe(struct call *call, json_object *parameters)
{
	const char *name = method_string(call, parameters, "interface");
	struct error err;

	if (!name)
		return;
	if (!strcmp(name, "io.vimo")) {
		call_reply(call, method_wrap("description", json_object_new_string(interface_text)));
		return;
	}
	error_set(&err, ERROR_NOT_FOUND, "no interface \"%.80s\" here: GetInfo names those there are", name);
	call_error(call, &err);
}

static const struct {
	const char *name;
	method_fn run;
	bool changes;
} methods[] = {
	{ "org.varlink.service.GetInfo", method_get_info, false },
	{ "org.varlink.service.GetInterfaceDescription", method_describe, false },
	{ "io.vimo.ParseConfig", method_parse, false },
	{ "io.vimo.Create", method_create, true },
	{ "io.vimo.List", method_list, false },
	{ "io.vimo.Info", method_info, false },
	{ "io.vimo.Shutdown", method_shutdown, true },
	{ "io.vimo.Reboot", method_reboot, true },
	{ "io.vimo.Destroy", method_destroy, true },
	{ "io.vimo.Pause", method_pause, true },
	{ "io.vimo.Unpause", method_unpause, true },
	{ "io.vimo.Console", method_console, true },
	{ "io.vimo.Channel", method_channel, true },
	{ "io.vimo.ConsoleResize", method_console_resize, true },
	{ "io.vimo.BlockAttach", method_block_attach, true },
	{ "io.vimo.BlockDetach", method_block_detach, true },
	{ "io.vimo.NetworkAttach", method_network_attach, true },
	{ "io.vimo.NetworkDetach", method_network_detach, true },
	{ "io.vimo.Monitor", method_monitor, false },
	{ "io.vimo.Log", method_log, false },
	{ "io.vimo.Version", method_version, false },
};

void method_dispatch(struct call *call, const char *method, json_object *parameters)
{
	struct error err;

	for (size_t n = 0; n < sizeof(methods) / sizeof(methods[0]); n++) {
		if (strcmp(methods[n].name, method))
			continue;
		if (!methods[n].changes || call->may_change) {
			methods[n].run(call, parameters);
			return;
		}
		error_set(&err, ERROR_DENIED, "no right to do this: run as root or join the group vimo");
		call_error(call, &err);
		return;
	}
	error_set(&err, ERROR_NO_METHOD,
		  "vimod " PACKAGE_VERSION " has no method %.100s: vimod is older than its "
		  "client; install both from one release and systemctl restart vimod",
		  method);
	error_about(&err, method);
	call_error(call, &err);
}
