// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_monitor.c - a guest that changes all the time does not flood clients; they see its latest state and its end,
 * each event once by its number.
 */
#include "api/describe.h"
#include "api/monitor.h"
#include "json.h"

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
static int64_t last_state, last_sequence;
static unsigned int gone, behind;
static size_t unread;
static struct call *first;
static bool one_is_gone;

struct guest *guest_find(struct guests *all, const char *name)
{
	assert_ptr_equal(all, &guests);
	return !strcmp(name, "two") ? &two : one_is_gone ? NULL : &one;
}

json_object *describe_guest(const struct guest *guest, enum describe_depth depth)
{
	json_object *json = json_object_new_object();

	assert_int_equal(depth, DESCRIBE_EVENT);
	told[guest == &two]++;
	json_object_object_add(json, "state", json_object_new_int(guest->state));
	return json;
}

json_object *describe_guests(struct guests *all, enum describe_depth depth)
{
	assert_ptr_equal(all, &guests);
	assert_int_equal(depth, DESCRIBE_EVENT);
	return json_object_new_object();
}

bool call_continue(struct call *call, json_object *parameters)
{
	json_object *event, *guest, *state;
	int64_t sequence = json_number(parameters, "sequence", -1);

	if (json_object_object_get_ex(parameters, "event", &event)) {
		assert_int_equal(sequence, call == first ? last_sequence + 1 : monitors.sequence);
		assert_true(json_object_object_get_ex(event, "guest", &guest));
		assert_true(json_object_object_get_ex(guest, "state", &state));
		last_state = json_object_get_int64(state);
		gone += !strcmp(json_string(event, "kind"), "gone");
	} else
		assert_int_equal(sequence, monitors.sequence);
	if (call == first || !first)
		last_sequence = sequence;
	json_object_put(parameters);
	return true;
}

size_t call_unread(const struct call *call)
{
	(void)call;
	return unread;
}

void call_error(struct call *call, const struct error *err)
{
	assert_int_equal(err->code, ERROR_BEHIND);
	behind++;
	free(call);
}

void call_drop(struct call *call)
{
	free(call);
}

static struct call *connect_client(void)
{
	struct call *call = calloc(1, sizeof(*call));

	call->connection = (void *)call;
	monitor_add(&monitors, call, &guests);
	return call;
}

static struct call *begin(void)
{
	told[0] = told[1] = 0;
	gone = behind = 0;
	unread = 0;
	first = NULL;
	one_is_gone = false;
	one = (struct guest){ .guests = &guests, .config.name = "one" };
	two = (struct guest){ .guests = &guests, .config.name = "two" };
	uv_loop_init(&loop);
	first = connect_client();
	return first;
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
	assert_int_equal(gone, 1);
	memset(&one, 0x5a, sizeof(one)); /* freed: no timer reads it */
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(told[0], MONITOR_BURST + 1);
	one = (struct guest){ .guests = &guests, .config.name = "one" };
	end(call);
}

/* What its listing leaves unread does not count. */
static void a_client_that_does_not_read_gets_an_end(void **state)
{
	(void)state;
	begin();
	unread = 1 << 20;
	connect_client();
	unread = MONITOR_BYTES;
	monitor_announce(&monitors, &one);
	assert_int_equal(behind, 0);
	unread = (1 << 20) + MONITOR_BYTES;
	monitor_announce(&monitors, &two); /* the first monitor is behind, the other is not */
	assert_int_equal(behind, 1);
	unread++;
	monitor_announce(&monitors, &two);
	assert_int_equal(behind, 2);
	assert_null(monitors.first);
	unread = 0;
	end(connect_client());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_few_changes_are_announced_at_once),
		cmocka_unit_test(many_changes_become_few_replies),
		cmocka_unit_test(the_end_is_announced_last),
		cmocka_unit_test(a_client_that_does_not_read_gets_an_end),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
