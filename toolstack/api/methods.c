// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods.c - the API's methods, one table. The interfaces (interfaces/) are the contract: a method runs
 * when its parameters are what its interface declares.
 */
#include "api/methods.h"
#include "api/conform.h"
#include "api/methods_console.h"
#include "api/methods_definitions.h"
#include "api/methods_devices.h"
#include "api/methods_guests.h"
#include "api/methods_host.h"
#include "api/methods_service.h"
#include "api/methods_snapshots.h"

#include <stdio.h>
#include <string.h>

/* A method answers its call, now or later. */
typedef void (*method_fn)(struct call *call, json_object *parameters);

/* Whom a method answers, and how. */
enum {
	FOR_ALL = 1, /* users of dom0: it changes nothing, and answers nothing that could be secret */
	STREAM = 2,  /* it has several replies */
};

static const struct {
	const char *name;
	method_fn run;
	unsigned int how;
} methods[] = {
	{ "org.varlink.service.GetInfo", method_get_info, FOR_ALL },
	{ "org.varlink.service.GetInterfaceDescription", method_describe, FOR_ALL },
	{ "io.vimo.Domains.ParseConfig", method_parse, 0 },
	{ "io.vimo.Domains.Create", method_create, 0 },
	{ "io.vimo.Domains.List", method_list, FOR_ALL },
	{ "io.vimo.Domains.Info", method_info, FOR_ALL },
	{ "io.vimo.Domains.Statistics", method_statistics, FOR_ALL },
	{ "io.vimo.Domains.Define", method_define, 0 },
	{ "io.vimo.Domains.Undefine", method_undefine, 0 },
	{ "io.vimo.Domains.Start", method_start, 0 },
	{ "io.vimo.Domains.Rename", method_rename, 0 },
	{ "io.vimo.Domains.Autostart", method_autostart, 0 },
	{ "io.vimo.Domains.Definition", method_definition, 0 },
	{ "io.vimo.Domains.StartAll", method_start_all, 0 },
	{ "io.vimo.Domains.ShutdownAll", method_shutdown_all, 0 },
	{ "io.vimo.Domains.History", method_history, 0 },
	{ "io.vimo.Domains.Shutdown", method_shutdown, 0 },
	{ "io.vimo.Domains.Trigger", method_trigger, 0 },
	{ "io.vimo.Domains.Reboot", method_reboot, 0 },
	{ "io.vimo.Domains.Destroy", method_destroy, 0 },
	{ "io.vimo.Domains.Pause", method_pause, 0 },
	{ "io.vimo.Domains.Unpause", method_unpause, 0 },
	{ "io.vimo.Devices.Console", method_console, 0 },
	{ "io.vimo.Devices.ConsoleLog", method_console_log, 0 },
	{ "io.vimo.Devices.Channel", method_channel, 0 },
	{ "io.vimo.Devices.ConsoleResize", method_console_resize, 0 },
	{ "io.vimo.Devices.BlockAttach", method_block_attach, 0 },
	{ "io.vimo.Devices.BlockDetach", method_block_detach, 0 },
	{ "io.vimo.Devices.BlockResize", method_block_resize, 0 },
	{ "io.vimo.Devices.NetworkAttach", method_network_attach, 0 },
	{ "io.vimo.Devices.NetworkDetach", method_network_detach, 0 },
	{ "io.vimo.Events.Monitor", method_monitor, STREAM },
	{ "io.vimo.Host.Log", method_log, 0 },
	{ "io.vimo.Host.Version", method_version, FOR_ALL },
	{ "io.vimo.Snapshots.List", method_snapshot_list, 0 },
	{ "io.vimo.Snapshots.Create", method_snapshot_create, 0 },
	{ "io.vimo.Snapshots.Revert", method_snapshot_revert, 0 },
	{ "io.vimo.Snapshots.Delete", method_snapshot_delete, 0 },
};
#define METHODS (sizeof(methods) / sizeof(methods[0]))

/* Find what the interfaces declare by the name of the call's method. Return: 0 or -1. */
static int find_declaration(struct call *call, const char *name, struct error *err)
{
	const char *dot = strrchr(name, '.');
	char interface[sizeof(err->key)];

	snprintf(interface, sizeof(interface), "%.*s", dot ? (int)(dot - name) : 0, name);
	call->interface = dot ? interface_find(name, dot - name) : NULL;
	if (dot && !call->interface)
		return error_key(err, ERROR_NO_INTERFACE, interface,
				 "vimod " PACKAGE_VERSION " has no interface %s: vimod and its client are of different "
				 "releases; install both from one release and run 'systemctl restart vimod'",
				 interface);
	call->method = dot ? interface_declaration(call->interface, DECLARE_METHOD, dot + 1) : NULL;
	if (call->method)
		return 0;
	return error_key(err, ERROR_NO_METHOD, name,
			 "vimod " PACKAGE_VERSION " has no method %.100s: vimod is older than its client; install "
			 "both from one release and run 'systemctl restart vimod'",
			 name);
}

/* The conditions for a method to run. Return: 0 or -1. */
static int check_call(struct call *call, const char *name, unsigned int how, json_object *parameters, struct error *err)
{
	if (!(how & FOR_ALL) && !call->trusted)
		return error_set(err, ERROR_DENIED, "%.100s is not permitted: run as root or join the group vimo",
				 name);
	if (how & STREAM && !call->more)
		return error_set(err, ERROR_NO_MORE, "%s has several replies: call it with \"more\": true", name);
	return conform_call(call->interface, call->method, parameters, err);
}

void methods_dispatch(struct call *call, const char *name, json_object *parameters)
{
	struct error err;
	size_t n = 0;

	if (find_declaration(call, name, &err)) {
		call_error(call, &err);
		return;
	}
	while (n < METHODS && strcmp(methods[n].name, name) != 0)
		n++;
	if (n == METHODS) {
		error_key(&err, ERROR_NOT_IMPLEMENTED, name, "vimod " PACKAGE_VERSION " lacks %s", name);
		call_error(call, &err);
	} else if (check_call(call, name, methods[n].how, parameters, &err)) {
		call_error(call, &err);
	} else {
		methods[n].run(call, parameters);
	}
}
