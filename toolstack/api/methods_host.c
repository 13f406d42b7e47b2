// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods_host.c - guests start and end with dom0; what became of them.
 */
#include "api/methods_host.h"
#include "alloc.h"
#include "api/parameters.h"
#include "config/config.h"
#include "config/settings.h"
#include "container.h"
#include "guest/history.h"
#include "guest/host.h"
#include "guest/saving.h"
#include "json.h"
#include "log.h"

#include <stdio.h>

static void on_all_started(void *call, json_object *results)
{
	call_reply(call, method_wrap("results", results));
}

void method_start_all(struct call *call, json_object *parameters)
{
	(void)parameters;
	host_start(method_guests(call), on_all_started, call);
}

static void on_all_ended(void *call, struct guest *guest, const struct error *err)
{
	(void)guest;
	(void)err;
	call_reply(call, NULL);
}

void method_shutdown_all(struct call *call, json_object *parameters)
{
	struct settings settings;
	int64_t timeout_s;
	struct error err;

	/* dom0 goes down, whatever its settings are. */
	if (settings_read(&settings, &err))
		log_error("%s", err.text);
	timeout_s = json_number(parameters, "timeout", settings.shutdown_timeout_s);
	if (timeout_s < 1 || timeout_s > 86400) {
		error_key(&err, ERROR_USAGE, "timeout", "timeout must be 1 to 86400 seconds");
		call_error(call, &err);
		return;
	}
	host_stop(method_guests(call), (uint32_t)timeout_s, on_all_ended, call);
}

struct history_call {
	struct saving saving;
	struct call *call;
	char name[64];
	json_object *entries;
	struct error err;
};

static void read_history(struct saving *saving)
{
	struct history_call *job = container_of(saving, struct history_call, saving);

	job->entries = history_read(job->name, &job->err);
}

static void answer_history(struct saving *saving)
{
	struct history_call *job = container_of(saving, struct history_call, saving);

	if (job->entries && !json_object_array_length(job->entries)) {
		json_object_put(job->entries);
		job->entries = NULL;
		error_set(&job->err, ERROR_NOT_FOUND,
			  "no guest \"%s\" has run: run 'vimoctl list --all' to see the guests", job->name);
	}
	if (job->entries)
		call_reply(job->call, method_wrap("entries", job->entries));
	else
		call_error(job->call, &job->err);
	free(job);
}

void method_history(struct call *call, json_object *parameters)
{
	const char *name = json_string(parameters, "name");
	struct history_call *job;
	struct error err;

	if (config_check_name(name, &err)) {
		error_about(&err, "name");
		call_error(call, &err);
		return;
	}
	job = alloc_zeroed(sizeof(*job));
	job->call = call;
	snprintf(job->name, sizeof(job->name), "%s", name);
	saving_start(&job->saving, method_guests(call)->loop, read_history, answer_history);
}
