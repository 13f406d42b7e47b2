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
	bool for_all; /* users of dom0: it changes nothing, and answers nothing that could be secret */
} methods[] = {
	{ "org.varlink.service.GetInfo", method_get_info, true },
	{ "org.varlink.service.GetInterfaceDescription", method_describe, true },
	{ "io.vimo.ParseConfig", method_parse, false },
	{ "io.vimo.Create", method_create, false },
	{ "io.vimo.List", method_list, true },
	{ "io.vimo.Info", method_info, true },
	{ "io.vimo.Shutdown", method_shutdown, false },
	{ "io.vimo.Reboot", method_reboot, false },
	{ "io.vimo.Destroy", method_destroy, false },
	{ "io.vimo.Pause", method_pause, false },
	{ "io.vimo.Unpause", method_unpause, false },
	{ "io.vimo.Console", method_console, false },
	{ "io.vimo.Channel", method_channel, false },
	{ "io.vimo.ConsoleResize", method_console_resize, false },
	{ "io.vimo.BlockAttach", method_block_attach, false },
	{ "io.vimo.BlockDetach", method_block_detach, false },
	{ "io.vimo.NetworkAttach", method_network_attach, false },
	{ "io.vimo.NetworkDetach", method_network_detach, false },
	{ "io.vimo.Monitor", method_monitor, false },
	{ "io.vimo.Log", method_log, false },
	{ "io.vimo.Version", method_version, true },
};

void methods_dispatch(struct call *call, const char *method, json_object *parameters)
{
	struct error err;

	for (size_t n = 0; n < sizeof(methods) / sizeof(methods[0]); n++) {
		if (strcmp(methods[n].name, method))
			continue;
		if (methods[n].for_all || call->trusted) {
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
