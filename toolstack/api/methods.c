// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods.c - the API's methods, one table. io.vimo.varlink is the contract.
 */
#include "api/methods.h"
#include "api/methods_console.h"
#include "api/methods_devices.h"
#include "api/methods_guests.h"
#include "api/methods_service.h"

#include <string.h>

/* A method answers its call, now or later. */
typedef void (*method_fn)(struct call *call, json_object *parameters);

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

void methods_dispatch(struct call *call, const char *method, json_object *parameters)
{
	struct error err;

	for (size_t n = 0; n < sizeof(methods) / sizeof(methods[0]); n++) {
		if (strcmp(methods[n].name, method))
			continue;
		if (!methods[n].changes || call->may_change) {
			methods[n].run(call, parameters);
			return;
		}
		error_set(&err, ERROR_DENIED, "%.100s is not permitted: run as root or join the group vimo", method);
		call_error(call, &err);
		return;
	}
	error_set(&err, ERROR_NO_METHOD,
		  "vimod " PACKAGE_VERSION " has no method %.100s: vimod is older than its client; install both "
		  "from one release and run 'systemctl restart vimod'",
		  method);
	error_about(&err, method);
	call_error(call, &err);
}
