// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods_definitions.c - the API's methods of guests that stay. A thread reads and writes their files.
 */
#include "api/methods_definitions.h"
#include "alloc.h"
#include "api/describe_definition.h"
#include "api/parameters.h"
#include "base/store.h"
#include "container.h"
#include "guest/adopt.h"
#include "guest/create.h"
#include "guest/history.h"
#include "guest/saving.h"
#include "json.h"

#include <stdio.h>

/* A call that works with one definition. */
struct definition_call {
	struct saving saving;
	struct call *call;
	char name[64], to[64];
	struct definition definition; /* of Define only config, of Autostart only autostart */
	bool paused;                  /* of Start */
	int result;
	struct error err;
};

static struct definition_call *of_saving(struct saving *saving)
{
	return container_of(saving, struct definition_call, saving);
}

/* Return: the call with its name, or NULL when it has been answered. */
static struct definition_call *begin(struct call *call, json_object *parameters)
{
	const char *name = json_string(parameters, "name");
	struct definition_call *job;
	struct error err;

	if (config_check_name(name, &err)) {
		error_about(&err, "name");
		call_error(call, &err);
		return NULL;
	}
	job = alloc_zeroed(sizeof(*job));
	job->call = call;
	snprintf(job->name, sizeof(job->name), "%s", name);
	return job;
}

static void save(struct definition_call *job, saving_fn run, saving_fn done)
{
	saving_start(&job->saving, method_guests(job->call)->loop, run, done);
}

static void refuse(struct definition_call *job)
{
	call_error(job->call, &job->err);
	free(job);
}

static void answer(struct saving *saving)
{
	struct definition_call *job = of_saving(saving);

	method_done(job->call, job->result, &job->err);
	free(job);
}

static void define(struct saving *saving)
{
	struct definition_call *job = of_saving(saving);

	job->result = definition_define(&job->definition.config, &job->err);
}

void method_define(struct call *call, json_object *parameters)
{
	struct definition_call *job = alloc_zeroed(sizeof(*job));
	json_object *config = NULL;

	job->call = call;
	json_object_object_get_ex(parameters, "config", &config);
	if (config_check(config, &job->definition.config, &job->err))
		refuse(job);
	else
		save(job, define, answer);
}

static void undefine(struct saving *saving)
{
	struct definition_call *job = of_saving(saving);

	job->result = definition_undefine(job->name, &job->err);
}

void method_undefine(struct call *call, json_object *parameters)
{
	struct definition_call *job = begin(call, parameters);

	if (job)
		save(job, undefine, answer);
}

static void read_definition(struct saving *saving)
{
	struct definition_call *job = of_saving(saving);

	job->result = definition_read(job->name, &job->definition, &job->err);
}

static void on_started(void *arg, struct guest *guest, const struct error *err)
{
	struct definition_call *job = arg;

	if (err)
		call_error(job->call, err);
	else
		call_reply(job->call, method_wrap("guest", describe_guest(guest, DESCRIBE_WHOLE)));
	free(job);
}

static void start(struct saving *saving)
{
	struct definition_call *job = of_saving(saving);

	if (job->result)
		refuse(job);
	else
		create_guest(method_guests(job->call), &job->definition.config,
			     job->paused ? CREATE_PAUSED : CREATE_AND_START, on_started, job);
}

/* Return: whether a guest of that name exists; the error is set then. */
static bool is_up(struct definition_call *job, const char *remedy)
{
	struct error ignored;

	guests_open(method_guests(job->call), &ignored); /* without /dev/vimo no guest runs */
	if (!guest_find(method_guests(job->call), job->name) && !store_exists(job->name))
		return false;
	error_set(&job->err, ERROR_STATE, "guest \"%s\" runs: %s", job->name, remedy);
	return true;
}

void method_start(struct call *call, json_object *parameters)
{
	struct definition_call *job = begin(call, parameters);

	if (!job)
		return;
	job->paused = json_flag(parameters, "paused");
	if (is_up(job, "run 'vimoctl list' to see its state"))
		refuse(job);
	else
		save(job, read_definition, start);
}

static void rename_definition(struct saving *saving)
{
	struct definition_call *job = of_saving(saving);

	job->result = definition_rename(job->name, job->to, &job->err);
	if (!job->result)
		history_rename(job->name, job->to);
}

void method_rename(struct call *call, json_object *parameters)
{
	struct definition_call *job = begin(call, parameters);
	const char *to = json_string(parameters, "to");

	if (!job)
		return;
	if (is_up(job, "shut it down, then rename it")) {
		refuse(job);
		return;
	}
	if (config_check_name(to, &job->err)) {
		error_about(&job->err, "to");
		refuse(job);
		return;
	}
	snprintf(job->to, sizeof(job->to), "%s", to);
	save(job, rename_definition, answer);
}

static void set_autostart(struct saving *saving)
{
	struct definition_call *job = of_saving(saving);

	job->result = definition_autostart(job->name, &job->definition.autostart, &job->err);
}

/* A parameter of Autostart that may be left out. Return: 0 or -1. */
static int take_number(json_object *parameters, const char *key, uint32_t maximum, uint32_t *to, struct error *err)
{
	int64_t number = json_number(parameters, key, *to);

	if (number < 0 || number > maximum)
		return error_key(err, ERROR_USAGE, key, "%s must be 0 to %u", key, maximum);
	*to = (uint32_t)number;
	return 0;
}

void method_autostart(struct call *call, json_object *parameters)
{
	struct definition_call *job = begin(call, parameters);
	struct autostart *autostart = job ? &job->definition.autostart : NULL;

	if (!job)
		return;
	*autostart = (struct autostart){ .enabled = json_flag(parameters, "enabled"), .order = DEFINITION_ORDER };
	if (take_number(parameters, "order", DEFINITION_ORDER_MAX, &autostart->order, &job->err) ||
	    take_number(parameters, "delay", DEFINITION_DELAY_MAX, &autostart->delay_s, &job->err))
		refuse(job);
	else
		save(job, set_autostart, answer);
}

static void answer_definition(struct saving *saving)
{
	struct definition_call *job = of_saving(saving);

	if (job->result)
		call_error(job->call, &job->err);
	else
		call_reply(job->call, describe_definition(&job->definition));
	free(job);
}

void method_definition(struct call *call, json_object *parameters)
{
	struct definition_call *job = begin(call, parameters);

	if (job)
		save(job, read_definition, answer_definition);
}
