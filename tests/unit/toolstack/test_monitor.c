// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_monitor.c - a guest that changes all the time does not flood clients; they see its latest state and its end.
 */
#include "api/describe.h"
#include "api/monitor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uv_loop_t loop;
static struct guests guests = { .loop = &loop };
static struct guest one, two;
static struct monitors monitors;
static unsigned int told[2];
static int64_t last_state;
static bool one_is_gone;

struct guest *guest_find(struct guests *all, const char *name)
{
	assert_ptr_equal(all, &guests);
	return !strcmp(name, "two") ? &two : one_is_gone ? NULL : &one;
}

json_object *describe_guest(const struct guest *guest, bool trusted)
{
	json_object *json = json_object_new_object();

	assert_true(trusted);
	told[guest == &two]++;
	json_object_object_add(json, "state", json_object_new_int(guest->state));
	return json;
}

bool call_continue(struct call *call, json_object *parameters)
{
	json_object *guest, *state;

	(void)call;
	assert_true(json_object_object_get_ex(parameters, "guest", &guest));
	assert_true(json_object_object_get_ex(guest, "state", &state));
	last_state = json_object_get_int64(state);
	json_object_put(parameters);
	return true;
}

void call_drop(struct call *call)
{
	free(call);
}

static struct call *begin(void)
{
	struct call *call = calloc(1, sizeof(*call));

	told[0] = told[1] = 0;
	one_is_gone = false;
	one = (struct guest){ .guests = &guests, .config.name = "one" };
	two = (struct guest){ .guests = &guests, .config.name = "two" };
	uv_loop_init(&loop);
	call->connection = (void *)call;
	monitor_add(&monitors, call);
	return call;
}

static void end(struct call *call)
{
	call->connection = NULL;
	monitor_announce(&monitors, &two);
	assert_null(monitors.first);
	one_is_gone = true;
	monitor_announce(&monitors, &one);
	strcpy(two.config.name, "x"); /* not found any more */
	one_is_gone = true;
	monitor_announce(&monitors, &two);
	assert_null(monitors.paces);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void a_few_changes_are_announced_at_once(void **state)
{
	struct call *call = begin();

	(void)state;
	for (unsigned int n = 1; n <= MONITOR_BURST; n++) {
		one.state = n;
		monitor_announce(&monitors, &one);
		assert_int_equal(told[0], n);
		assert_int_equal(last_state, n);
	}
	end(call);
}

static void many_changes_become_few_replies(void **state)
{
	struct call *call = begin();

	(void)state;
	for (unsigned int n = 1; n <= 100000; n++) {
		one.state = n;
		monitor_announce(&monitors, &one);
	}
	assert_int_equal(told[0], MONITOR_BURST);
	/* Another guest is told of meanwhile. */
	monitor_announce(&monitors, &two);
	assert_int_equal(told[1], 1);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(told[0], MONITOR_BURST + 1);
	assert_int_equal(last_state, 100000);
	end(call);
}

static void the_end_is_announced_last(void **state)
{
	struct call *call = begin();

	(void)state;
	for (unsigned int n = 0; n < 100; n++)
		monitor_announce(&monitors, &one);
	one.state = 7;
	one_is_gone = true;
	monitor_announce(&monitors, &one);
	assert_int_equal(told[0], MONITOR_BURST + 1);
	assert_int_equal(last_state, 7);
	memset(&one, 0x5a, sizeof(one)); /* freed: no timer reads it */
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(told[0], MONITOR_BURST + 1);
	one = (struct guest){ .guests = &guests, .config.name = "one" };
	end(call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_few_changes_are_announced_at_once),
		cmocka_unit_test(many_changes_become_few_replies),
		cmocka_unit_test(the_end_is_announced_last),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
