// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * methods_snapshots.c - the API's methods of snapshots. A thread reads the guest's definition first.
 */
#include "api/methods_snapshots.h"
#include "alloc.h"
#include "api/parameters.h"
#include "base/store.h"
#include "container.h"
#include "guest/adopt.h"
#include "guest/definition.h"
#include "guest/saving.h"
#include "guest/snapshot.h"
#include "json.h"

#include <stdio.h>

struct snapshot_call {
	struct saving saving;
	struct call *call;
	bool list;
	enum snapshot_change what;
	char name[64], snapshot[64];
	struct definition definition;
	int result;
	struct error err;
};

static void answer(void *arg, const struct guest_snapshots *found, const struct error *err)
{
	struct snapshot_call *job = arg;
	json_object *list;

	if (!found || !job->list) {
		method_done(job->call, err ? -1 : 0, err);
		free(job);
		return;
	}
	list = json_object_new_array();
	for (uint32_t n = 0; n < found->list.count; n++) {
		json_object *item = json_object_new_object();

		json_put_string(item, "name", found->list.item[n].name);
		json_put_number(item, "created", found->list.item[n].created);
		json_object_object_add(item, "complete", json_object_new_boolean(found->disks[n] == found->all));
		json_object_array_add(list, item);
	}
	call_reply(job->call, method_wrap("snapshots", list));
	free(job);
}

static void read_definition(struct saving *saving)
{
	struct snapshot_call *job = container_of(saving, struct snapshot_call, saving);

	job->result = definition_read(job->name, &job->definition, &job->err);
}

static int check_stopped(struct snapshot_call *job)
{
	struct guests *guests = method_guests(job->call);
	struct error ignored;

	guests_open(guests, &ignored); /* without /dev/vimo no guest runs */
	if (!guest_find(guests, job->name) && !store_exists(job->name))
		return 0;
	return error_set(&job->err, ERROR_STATE, "guest \"%s\" runs: shut it down first", job->name);
}

/* From here on the guest cannot be started until the snapshot is done. */
static void on_read(struct saving *saving)
{
	struct snapshot_call *job = container_of(saving, struct snapshot_call, saving);
	struct guests *guests = method_guests(job->call);

	if (job->result || check_stopped(job))
		answer(job, NULL, &job->err);
	else if (job->list)
		snapshot_list(guests, &job->definition.config, answer, job);
	else
		snapshot_change(guests, &job->definition.config, job->what, job->snapshot, answer, job);
}

static void begin(struct call *call, json_object *parameters, bool list, enum snapshot_change what)
{
	const char *name = json_string(parameters, "name"), *snapshot = json_string(parameters, "snapshot");
	struct snapshot_call *job = alloc_zeroed(sizeof(*job));
	int result = config_check_name(name, &job->err) ? error_about(&job->err, "name") : 0;

	job->call = call;
	job->list = list;
	job->what = what;
	if (!result && !list)
		result = snapshot_check_name(snapshot, &job->err);
	if (result) {
		answer(job, NULL, &job->err);
		return;
	}
	snprintf(job->name, sizeof(job->name), "%s", name);
	snprintf(job->snapshot, sizeof(job->snapshot), "%s", list ? "" : snapshot);
	saving_start(&job->saving, method_guests(call)->loop, read_definition, on_read);
}

void method_snapshot_list(struct call *call, json_object *parameters)
{
	begin(call, parameters, true, SNAPSHOT_CREATE);
}

void method_snapshot_create(struct call *call, json_object *parameters)
{
	begin(call, parameters, false, SNAPSHOT_CREATE);
}

void method_snapshot_revert(struct call *call, json_object *parameters)
{
	begin(call, parameters, false, SNAPSHOT_REVERT);
}

void method_snapshot_delete(struct call *call, json_object *parameters)
{
	begin(call, parameters, false, SNAPSHOT_DELETE);
}
