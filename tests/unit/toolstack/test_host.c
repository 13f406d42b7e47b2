// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_host.c - in which order guests start with dom0 and are shut down with it, and what each state needs to end.
 */
#include "guest/host.h"
#include "base/watch.h"
#include "guest/adopt.h"
#include "guest/control.h"
#include "guest/create.h"
#include "guest/definition.h"
#include "guest/end.h"
#include "guest/history.h"
#include "guest/saving.h"
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct guests guests;
static struct guest all[4];
static char calls[512];
static uint64_t now_ms;
static bool deaf; /* guests do not see their power buttons */

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
	size_t used = strlen(calls);
	va_list args;

	used += (size_t)snprintf(calls + used, sizeof(calls) - used, "%s", used ? " " : "");
	va_start(args, format);
	vsnprintf(calls + used, sizeof(calls) - used, format, args);
	va_end(args);
}

/* The event loop: one timer. */
static watch_fn timer_fn;
static void *timer_arg;
static uint64_t timer_ms;

uint64_t uv_now(const uv_loop_t *loop)
{
	(void)loop;
	return now_ms;
}

struct watch *watch_timer(uv_loop_t *loop, uint64_t ms, watch_fn fn, void *arg)
{
	(void)loop;
	assert_null(timer_fn);
	timer_fn = fn;
	timer_arg = arg;
	timer_ms = ms;
	return (struct watch *)&timer_fn;
}

void watch_end(struct watch **watch)
{
	*watch = NULL;
}

static bool tick(void)
{
	watch_fn fn = timer_fn;

	timer_fn = NULL;
	now_ms += timer_ms;
	if (fn)
		fn(timer_arg);
	return fn;
}

void saving_start(struct saving *saving, uv_loop_t *loop, saving_fn run, saving_fn done)
{
	(void)loop;
	run(saving);
	done(saving);
}

int guests_open(struct guests *of, struct error *err)
{
	(void)of;
	(void)err;
	return 0;
}

void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
}

/* Definitions: name, order, delay, autostart, whether it ran. */
static const struct {
	const char *name;
	struct autostart autostart;
	bool ran, refused;
} defined[] = {
	{ "late", { true, 9, 0 }, false, false }, { "slow", { true, 1, 30 }, false, false },
	{ "ran", { false, 1, 0 }, true, false },  { "not", { false, 1, 0 }, false, false },
	{ "bad", { true, 2, 0 }, false, false },  { "up", { true, 3, 0 }, false, false },
	{ "odd", { true, 0, 0 }, false, true },
};
#define DEFINED (sizeof(defined) / sizeof(defined[0]))

int definition_read(const char *name, struct definition *definition, struct error *err)
{
	for (size_t n = 0; n < DEFINED; n++)
		if (!strcmp(defined[n].name, name) && !defined[n].refused) {
			definition->autostart = defined[n].autostart;
			snprintf(definition->config.name, sizeof(definition->config.name), "%s", name);
			return 0;
		}
	return error_set(err, ERROR_FAILED, "refused");
}

void definitions_each(void (*fn)(void *arg, const char *name), void *arg)
{
	for (size_t n = 0; n < DEFINED; n++)
		fn(arg, defined[n].name);
}

bool history_ran(const char *name)
{
	for (size_t n = 0; n < DEFINED; n++)
		if (!strcmp(defined[n].name, name))
			return defined[n].ran;
	return false;
}

void create_guest(struct guests *of, struct guest_config *config, enum create_how how, waiter_fn fn, void *arg)
{
	struct error err;

	assert_ptr_equal(of, &guests);
	assert_int_equal(how, CREATE_AND_START);
	note("%s@%u", config->name, (unsigned int)(now_ms / 1000));
	error_set(&err, ERROR_FAILED, "no kernel");
	fn(arg, strcmp(config->name, "bad") ? &all[0] : NULL, strcmp(config->name, "bad") ? NULL : &err);
}

int control_power_button(struct guest *guest, bool reboot, struct error *err)
{
	(void)err;
	assert_false(reboot);
	note("button:%s@%u", guest->config.name, (unsigned int)(now_ms / 1000));
	if (!deaf)
		guest->state = GUEST_ENDING;
	return 0;
}

int control_unpause(struct guest *guest, struct error *err)
{
	(void)err;
	note("unpause:%s", guest->config.name);
	guest->state = GUEST_RUNNING;
	return 0;
}

void end_request(struct guest *guest, bool restart, waiter_fn fn, void *arg)
{
	(void)fn;
	(void)arg;
	assert_false(restart);
	note("destroy:%s@%u", guest->config.name, (unsigned int)(now_ms / 1000));
	guest->state = GUEST_ENDING;
}

static void add(unsigned int n, const char *name, enum guest_state state)
{
	all[n] = (struct guest){ .guests = &guests, .state = state, .next = guests.first };
	snprintf(all[n].config.name, sizeof(all[n].config.name), "%s", name);
	guests.first = &all[n];
}

static int begin(void **state)
{
	(void)state;
	guests = (struct guests){ 0 };
	calls[0] = 0;
	now_ms = 1;
	deaf = false;
	timer_fn = NULL;
	return 0;
}

static json_object *results;

static void on_started(void *arg, json_object *of)
{
	assert_ptr_equal(arg, &guests);
	results = of;
}

static void guests_start_in_their_order(void **state)
{
	(void)state;
	add(0, "up", GUEST_RUNNING);
	host_start(&guests, on_started, &guests);
	while (tick())
		;
	/* "slow" keeps those after it waiting; what is up, is not to start or is refused is left out. */
	assert_string_equal(calls, "ran@0 slow@0 bad@30 late@30");
	assert_int_equal(json_object_array_length(results), 4);
	assert_string_equal(json_string(json_object_array_get_idx(results, 2), "message"), "no kernel");
	assert_null(json_string(json_object_array_get_idx(results, 3), "message"));
	json_object_put(results);
}

static int ended;

static void on_ended(void *arg, struct guest *guest, const struct error *err)
{
	assert_ptr_equal(arg, &guests);
	assert_null(guest);
	assert_null(err);
	ended++;
}

/* Guests that are ending are gone at the next step. */
static void run_down(void)
{
	do
		for (struct guest **at = &guests.first; *at;)
			if ((*at)->state == GUEST_ENDING)
				*at = (*at)->next;
			else
				at = &(*at)->next;
	while (tick());
}

static void guests_end_in_the_reverse_order(void **state)
{
	(void)state;
	add(0, "slow", GUEST_RUNNING);
	add(1, "late", GUEST_PAUSED);
	add(2, "created", GUEST_RUNNING);
	add(3, "ran", GUEST_STOPPED);
	ended = 0;
	host_stop(&guests, 60, on_ended, &guests);
	host_stop(&guests, 1, on_ended, &guests); /* asked again after a restart of vimod's client */
	assert_int_equal(guests.down_s, 60);
	run_down();
	assert_int_equal(ended, 2);
	assert_int_equal(guests.down_s, 0);
	assert_string_equal(calls, "button:created@0 unpause:late button:late@0 destroy:ran@0 button:slow@0");
}

static void a_guest_that_runs_on_is_destroyed(void **state)
{
	(void)state;
	add(0, "late", GUEST_RUNNING);
	add(1, "created", GUEST_RUNNING);
	add(2, "starting", GUEST_BUILDING);
	deaf = true;
	ended = 0;
	host_stop(&guests, 15, on_ended, &guests);
	run_down();
	assert_int_equal(ended, 1);
	/* Pressed again: the guest may have booted meanwhile. Each order has its time. */
	assert_string_equal(calls, "destroy:starting@0 button:created@0 button:created@10 destroy:created@15 "
				   "button:late@15 button:late@25 destroy:late@30");
}

static void a_guest_that_would_start_again_ends(void **state)
{
	(void)state;
	add(0, "a", GUEST_ENDING);
	all[0].restart = true;
	ended = 0;
	host_stop(&guests, 15, on_ended, &guests);
	assert_false(all[0].restart);
	assert_int_equal(all[0].cause_kind, CAUSE_HOST_SHUTDOWN);
	run_down();
	assert_int_equal(ended, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
	const struct CMUnitTest tests[] = {
		TEST(guests_start_in_their_order),
		TEST(guests_end_in_the_reverse_order),
		TEST(a_guest_that_runs_on_is_destroyed),
		TEST(a_guest_that_would_start_again_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
