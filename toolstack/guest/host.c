// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * host.c - dom0 comes up and goes down. Each step looks at the guests' states again: a guest may end, start again or be
 * adopted in between.
 */
#include "guest/host.h"
#include "alloc.h"
#include "base/watch.h"
#include "cleanup.h"
#include "container.h"
#include "guest/adopt.h"
#include "guest/control.h"
#include "guest/create.h"
#include "guest/definition.h"
#include "guest/end.h"
#include "guest/history.h"
#include "guest/saving.h"
#include "json.h"
#include "log.h"

#include <stdio.h>
#include <string.h>

#define STEP_MS 200
#define PRESS_MS 10000 /* a guest that boots does not see its power button yet */

/* A guest that is to be started. */
struct start {
	char name[64];
	struct autostart autostart;
};

struct starting {
	struct saving saving;
	struct guests *guests;
	struct start *list;
	size_t count, at;
	struct definition definition; /* of list[at] */
	int result;
	struct error err;
	struct watch *timer;
	json_object *results;
	void (*fn)(void *arg, json_object *results);
	void *arg;
};

static struct starting *starting_of(struct saving *saving)
{
	return container_of(saving, struct starting, saving);
}

static void add_start(void *arg, const char *name)
{
	struct starting *starting = arg;
	struct start *longer;
	struct error err;

	if (definition_read(name, &starting->definition, &err)) {
		log_error("%s", err.text);
		return;
	}
	if (!starting->definition.autostart.enabled && !history_ran(name))
		return;
	longer = reallocarray(starting->list, starting->count + 1, sizeof(*longer));
	if (!longer)
		abort();
	starting->list = longer;
	snprintf(longer[starting->count].name, sizeof(longer->name), "%s", name);
	longer[starting->count++].autostart = starting->definition.autostart;
}

static int compare_starts(const void *a, const void *b)
{
	const struct start *one = a, *other = b;

	if (one->autostart.order != other->autostart.order)
		return one->autostart.order < other->autostart.order ? -1 : 1;
	return strcmp(one->name, other->name);
}

static void list_starts(struct saving *saving)
{
	struct starting *starting = starting_of(saving);

	definitions_each(add_start, starting);
	if (starting->count)
		qsort(starting->list, starting->count, sizeof(*starting->list), compare_starts);
}

static void read_next(struct saving *saving)
{
	struct starting *starting = starting_of(saving);

	starting->result = definition_read(starting->list[starting->at].name, &starting->definition, &starting->err);
}

static void start_next(struct saving *saving);

/* Start the next guest, or end. */
static void go_on(void *arg)
{
	struct starting *starting = arg;

	watch_end(&starting->timer);
	while (starting->at < starting->count && guest_find(starting->guests, starting->list[starting->at].name))
		starting->at++;
	if (starting->at < starting->count) {
		saving_start(&starting->saving, starting->guests->loop, read_next, start_next);
		return;
	}
	starting->fn(starting->arg, starting->results);
	free(starting->list);
	free(starting);
}

static void on_started(void *arg, struct guest *guest, const struct error *err)
{
	struct starting *starting = arg;
	const struct start *start = &starting->list[starting->at++];
	json_object *result = json_object_new_object();
	bool waits = guest && start->autostart.delay_s && starting->at < starting->count;

	json_put_string(result, "name", start->name);
	if (err) {
		json_put_string(result, "message", err->text);
		log_error("%s: not started with dom0: %s", start->name, err->text);
	}
	json_object_array_add(starting->results, result);
	starting->timer =
		watch_timer(starting->guests->loop, waits ? start->autostart.delay_s * 1000u : 0, go_on, starting);
}

static void start_next(struct saving *saving)
{
	struct starting *starting = starting_of(saving);

	if (starting->result)
		on_started(starting, NULL, &starting->err);
	else
		create_guest(starting->guests, &starting->definition.config, CREATE_AND_START, on_started, starting);
}

static void listed(struct saving *saving)
{
	go_on(starting_of(saving));
}

void host_start(struct guests *guests, void (*fn)(void *arg, json_object *results), void *arg)
{
	struct starting *starting = alloc_zeroed(sizeof(*starting));
	struct error ignored;

	starting->guests = guests;
	starting->results = json_object_new_array();
	starting->fn = fn;
	starting->arg = arg;
	guests_open(guests, &ignored); /* which ends the histories of the last life of dom0 */
	saving_start(&starting->saving, guests->loop, list_starts, listed);
}

/* The shutdown of all guests: one at most, and the event loop's. */
static struct {
	struct saving saving;
	struct guests *guests;
	struct waiter *waiters;
	struct watch *timer;
	uint32_t order; /* of the guests that are shut down now */
	uint64_t deadline_ms;
} stopping;

static void ignore(void *arg, struct guest *guest, const struct error *err)
{
	(void)arg;
	(void)guest;
	(void)err;
}

/* What a guest needs next to end. It may be freed. */
static void stop_guest(struct guest *guest, uint64_t now_ms)
{
	bool late = now_ms >= stopping.deadline_ms;
	struct error err;

	if (guest->state == GUEST_ENDING) {
		if (guest->restart)
			guest_cause(guest, CAUSE_HOST_SHUTDOWN, "shut down with dom0");
		guest->restart = false;
	} else if (late || guest->state == GUEST_STOPPED || guest->state == GUEST_BUILDING) {
		if (late)
			log_warning("%s: it did not shut down within %u s: destroyed", guest->config.name,
				    guest->guests->down_s);
		end_request(guest, false, ignore, NULL);
	} else if (guest->state == GUEST_PAUSED) {
		if (control_unpause(guest, &err))
			end_request(guest, false, ignore, NULL);
	} else if (!guest->pressed_ms || now_ms - guest->pressed_ms >= PRESS_MS) {
		guest->pressed_ms = now_ms;
		if (control_power_button(guest, false, &err))
			log_warning("%s", err.text);
	}
}

static uint32_t highest_order(const struct guests *guests)
{
	uint32_t order = 0;

	for (const struct guest *guest = guests->first; guest; guest = guest->next)
		order = guest->order > order ? guest->order : order;
	return order;
}

static void nothing(struct saving *saving)
{
	(void)saving;
}

static void stopped(struct saving *saving)
{
	(void)saving;
	stopping.guests->down_s = 0;
	waiter_call_all(&stopping.waiters, NULL, NULL);
}

static void step(void *arg)
{
	struct guests *guests = arg;
	uint64_t now_ms = uv_now(guests->loop);
	uint32_t order = highest_order(guests);
	struct guest *next;

	watch_end(&stopping.timer);
	if (!guests->first) {
		saving_start(&stopping.saving, guests->loop, nothing, stopped);
		return;
	}
	if (order != stopping.order) {
		stopping.order = order;
		stopping.deadline_ms = now_ms + guests->down_s * 1000ull;
	}
	for (struct guest *guest = guests->first; guest; guest = next) {
		next = guest->next;
		if (guest->order == order)
			stop_guest(guest, now_ms);
	}
	stopping.timer = watch_timer(guests->loop, STEP_MS, step, guests);
}

/* A definition is read here and not by a thread: dom0 waits for this. */
static void set_order(struct guest *guest)
{
	CLEANUP_FREE struct definition *definition = alloc_zeroed(sizeof(*definition));
	struct error err;

	guest->order =
		definition_read(guest->config.name, definition, &err) ? DEFINITION_ORDER : definition->autostart.order;
	guest->pressed_ms = 0;
}

void host_stop(struct guests *guests, uint32_t timeout_s, waiter_fn fn, void *arg)
{
	struct error ignored;

	waiter_add(&stopping.waiters, fn, arg);
	if (guests->down_s)
		return;
	guests_open(guests, &ignored);
	guests->down_s = timeout_s;
	stopping.guests = guests;
	stopping.order = UINT32_MAX;
	for (struct guest *guest = guests->first; guest; guest = guest->next)
		set_order(guest);
	log_info("all guests are shut down");
	step(guests);
}
