// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_life.c - every pair of state and event: the state afterwards, and what is called on the way, in its order.
 */
#include "guest/life.h"
#include "guest/build.h"
#include "guest/deferred.h"
#include "guest/end.h"
#include "guest/record.h"
#include "guest/respawn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct guest guest;
static char calls[256];
/* An action posts this event, as real ones do; GUEST_EVENTS: none. */
static enum guest_event_kind posted = GUEST_EVENTS;

/* In the state that the guest has at that time. */
static void note(const char *call)
{
	size_t used = strlen(calls);

	snprintf(calls + used, sizeof(calls) - used, "%s%s:%d", used ? " " : "", call, guest.state);
}

#define ACTION(name)                                                 \
	void name(struct guest *of, const struct guest_event *event) \
	{                                                            \
		assert_ptr_equal(of, &guest);                        \
		assert_in_range(event->kind, 0, GUEST_EVENTS - 1);   \
		note(#name);                                         \
	}

ACTION(build_wait)
ACTION(build_spawn)
ACTION(build_dm_exited)
ACTION(build_started)
ACTION(build_watch)
ACTION(build_finish)
ACTION(end_by_user)
ACTION(end_redirect)
ACTION(end_by_failure)
ACTION(end_leave)
ACTION(end_now)
ACTION(end_drained)
ACTION(end_dm_exited)
ACTION(end_forget)
ACTION(respawn_exited)
ACTION(respawn_opened)
ACTION(respawn_failed)
ACTION(respawn_ready)
ACTION(respawn_not_ready)

void build_begin(struct guest *of, const struct guest_event *event)
{
	(void)event;
	note("build_begin");
	if (posted != GUEST_EVENTS)
		life_event(of, &(struct guest_event){ .kind = posted });
}

void build_start(struct guest *of, const struct guest_event *event)
{
	(void)event;
	note("build_start");
	if (posted != GUEST_EVENTS)
		life_event(of, &(struct guest_event){ .kind = posted });
}

void record_update(struct guest *of)
{
	assert_ptr_equal(of, &guest);
	note("record");
}

void guest_announce(struct guest *of)
{
	assert_ptr_equal(of, &guest);
	note("announce");
}

void deferred_run(struct guest *of)
{
	assert_ptr_equal(of, &guest);
	note("deferred_run");
}

#define N GUEST_NEW
#define B GUEST_BUILDING
#define R GUEST_RUNNING
#define P GUEST_PAUSED
#define S GUEST_STOPPED
#define E GUEST_ENDING

/* Each call with the number of the state in which it is made. */
static const struct {
	enum guest_state state;
	enum guest_event_kind event;
	enum guest_state next;
	const char *calls;
} expected[] = {
	{ N, EVENT_BUILD, B, "build_begin:1" },
	{ N, EVENT_ADOPT_RUNNING, R, "record:2 build_watch:2" },
	{ N, EVENT_ADOPT_PAUSED, P, "record:3 build_watch:3" },
	{ N, EVENT_ADOPT_STOPPED, S, "record:4" },
	{ N, EVENT_ADOPT_LEFTOVER, E, "record:5 end_now:5" },

	{ B, EVENT_BUILT, B, "build_spawn:1" },
	{ B, EVENT_WAIT, B, "build_wait:1" },
	{ B, EVENT_FAILED, E, "end_by_failure:1 record:5 end_now:5" },
	{ B, EVENT_STARTED, R, "build_started:1 record:2 build_finish:2" },
	{ B, EVENT_HELD, P, "build_started:1 record:3 build_finish:3" },
	{ B, EVENT_DM_READY, B, "build_start:1" },
	{ B, EVENT_DM_FAILED, E, "end_by_failure:1 record:5 end_now:5" },
	{ B, EVENT_DM_EXITED, B, "build_dm_exited:1" },
	{ B, EVENT_DESTROY, E, "end_by_user:1 record:5 end_now:5" },

	{ R, EVENT_DM_READY, R, "respawn_ready:2" },
	{ R, EVENT_DM_FAILED, R, "respawn_not_ready:2" },
	{ R, EVENT_DM_EXITED, R, "respawn_exited:2" },
	{ R, EVENT_OPENED, R, "respawn_opened:2" },
	{ R, EVENT_OPEN_FAILED, R, "respawn_failed:2" },
	{ R, EVENT_CHANGED, R, "deferred_run:2" },
	{ R, EVENT_PAUSE, P, "record:3" },
	{ R, EVENT_DESTROY, E, "end_by_user:2 record:5 end_now:5" },
	{ R, EVENT_STALL, P, "record:3" },
	{ R, EVENT_PRESERVE, S, "record:4" },
	{ R, EVENT_STOP, E, "end_leave:2 record:5 end_drained:5" },

	{ P, EVENT_DM_READY, P, "respawn_ready:3" },
	{ P, EVENT_DM_FAILED, P, "respawn_not_ready:3" },
	{ P, EVENT_DM_EXITED, P, "respawn_exited:3" },
	{ P, EVENT_OPENED, P, "respawn_opened:3" },
	{ P, EVENT_OPEN_FAILED, P, "respawn_failed:3" },
	{ P, EVENT_CHANGED, P, "deferred_run:3" },
	{ P, EVENT_UNPAUSE, R, "record:2" },
	{ P, EVENT_DESTROY, E, "end_by_user:3 record:5 end_now:5" },
	{ P, EVENT_STALL, P, "announce:3" },
	{ P, EVENT_PRESERVE, S, "record:4" },
	{ P, EVENT_STOP, E, "end_leave:3 record:5 end_drained:5" },

	{ S, EVENT_DM_READY, S, "respawn_ready:4" },
	{ S, EVENT_DM_FAILED, S, "respawn_not_ready:4" },
	{ S, EVENT_OPENED, S, "respawn_opened:4" },
	{ S, EVENT_OPEN_FAILED, S, "respawn_failed:4" },
	{ S, EVENT_CHANGED, S, "deferred_run:4" },
	{ S, EVENT_STALL, S, "announce:4" },
	{ S, EVENT_DESTROY, E, "end_by_user:4 record:5 end_now:5" },

	{ E, EVENT_BUILD, B, "build_begin:1" },
	{ E, EVENT_BUILT, E, "end_now:5" },
	{ E, EVENT_WAIT, E, "end_now:5" },
	{ E, EVENT_FAILED, E, "end_now:5" },
	{ E, EVENT_OPENED, E, "end_now:5" },
	{ E, EVENT_OPEN_FAILED, E, "end_now:5" },
	{ E, EVENT_CHANGED, E, "end_now:5" },
	{ E, EVENT_DM_FAILED, E, "respawn_not_ready:5" },
	{ E, EVENT_DM_EXITED, E, "end_dm_exited:5" },
	{ E, EVENT_DESTROY, E, "end_redirect:5" },
	{ E, EVENT_DESTROYED, E, "end_forget:5" },
};

static void post(enum guest_state state, enum guest_event_kind kind)
{
	guest.state = state;
	calls[0] = '\0';
	life_event(&guest, &(struct guest_event){ .kind = kind });
}

/* Return: the row of a pair, or their number. */
static size_t find(enum guest_state state, enum guest_event_kind kind)
{
	size_t n = 0;

	while (n < sizeof(expected) / sizeof(expected[0]) && (expected[n].state != state || expected[n].event != kind))
		n++;
	return n;
}

static void each_pair_does_what_is_written_here(void **state)
{
	const size_t rows = sizeof(expected) / sizeof(expected[0]);

	(void)state;
	for (enum guest_state from = GUEST_NEW; from < GUEST_STATES; from++)
		for (enum guest_event_kind kind = 0; kind < GUEST_EVENTS; kind++) {
			size_t row = find(from, kind);

			post(from, kind);
			if (guest.state != (row < rows ? expected[row].next : from) ||
			    strcmp(calls, row < rows ? expected[row].calls : ""))
				fail_msg("state %d, event %d: state %d, %s", from, kind, guest.state, calls);
			guest.state = from;
			assert_int_equal(life_expects(&guest, kind), row < rows);
		}
}

static void a_build_that_fails_at_once_ends(void **state)
{
	(void)state;
	posted = EVENT_FAILED;
	post(GUEST_ENDING, EVENT_BUILD);
	assert_int_equal(guest.state, GUEST_ENDING);
	assert_string_equal(calls, "build_begin:1 end_by_failure:1 record:5 end_now:5");
	posted = GUEST_EVENTS;
}

static void vcpus_that_start_make_it_run(void **state)
{
	(void)state;
	posted = EVENT_STARTED;
	post(GUEST_BUILDING, EVENT_DM_READY);
	assert_int_equal(guest.state, GUEST_RUNNING);
	assert_string_equal(calls, "build_start:1 build_started:1 record:2 build_finish:2");
	posted = GUEST_EVENTS;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_pair_does_what_is_written_here),
		cmocka_unit_test(a_build_that_fails_at_once_ends),
		cmocka_unit_test(vcpus_that_start_make_it_run),
	};

	return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
