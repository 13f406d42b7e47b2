// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * life.c - no other file changes guest->state.
 */
#include "guest/life.h"
#include "guest/build.h"
#include "guest/deferred.h"
#include "guest/end.h"
#include "guest/record.h"
#include "guest/respawn.h"

typedef void (*life_fn)(struct guest *guest, const struct guest_event *event);

struct transition {
	enum guest_state next; /* GUEST_NEW: the event is not expected */
	life_fn before;        /* sets what is recorded and announced with @next; NULL: nothing to do */
	life_fn after;         /* acts in @next, as the last step; NULL: nothing to do */
	bool quiet;            /* @after records and announces, or there is nothing to record */
};

static void announce(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	guest_announce(guest);
}

static void changed(struct guest *guest, const struct guest_event *event)
{
	(void)event;
	deferred_run(guest);
}

/* Of a guest with a vimo-dm, whether its vCPUs run or not. */
#define VIMO_DM_EVENTS(state)                                               \
	[EVENT_OPENED] = { .next = (state), .after = respawn_opened },      \
	[EVENT_OPEN_FAILED] = { .next = (state), .after = respawn_failed }, \
	[EVENT_CHANGED] = { .next = (state), .after = changed },            \
	[EVENT_DM_READY] = { .next = (state), .after = respawn_ready },     \
	[EVENT_DM_FAILED] = { .next = (state), .after = respawn_not_ready }

static const struct transition table[GUEST_STATES][GUEST_EVENTS] = {
	[GUEST_NEW] = {
		[EVENT_BUILD] = { .next = GUEST_BUILDING, .after = build_begin, .quiet = true },
		[EVENT_ADOPT_RUNNING] = { .next = GUEST_RUNNING, .after = build_watch },
		[EVENT_ADOPT_PAUSED] = { .next = GUEST_PAUSED, .after = build_watch },
		[EVENT_ADOPT_STOPPED] = { .next = GUEST_STOPPED },
		[EVENT_ADOPT_LEFTOVER] = { .next = GUEST_ENDING, .after = end_now },
	},
	[GUEST_BUILDING] = {
		[EVENT_WAIT] = { .next = GUEST_BUILDING, .after = build_wait },
		[EVENT_BUILT] = { .next = GUEST_BUILDING, .after = build_spawn },
		[EVENT_DM_READY] = { .next = GUEST_BUILDING, .after = build_start },
		[EVENT_STARTED] = { .next = GUEST_RUNNING, .before = build_started, .after = build_finish },
		[EVENT_HELD] = { .next = GUEST_PAUSED, .before = build_started, .after = build_finish },
		[EVENT_DM_EXITED] = { .next = GUEST_BUILDING, .after = build_dm_exited },
		[EVENT_DM_FAILED] = { .next = GUEST_ENDING, .before = end_by_failure, .after = end_now },
		[EVENT_FAILED] = { .next = GUEST_ENDING, .before = end_by_failure, .after = end_now },
		[EVENT_DESTROY] = { .next = GUEST_ENDING, .before = end_by_user, .after = end_now },
	},
	[GUEST_RUNNING] = {
		VIMO_DM_EVENTS(GUEST_RUNNING),
		[EVENT_DM_EXITED] = { .next = GUEST_RUNNING, .after = respawn_exited },
		[EVENT_PAUSE] = { .next = GUEST_PAUSED },
		[EVENT_STALL] = { .next = GUEST_PAUSED },
		[EVENT_PRESERVE] = { .next = GUEST_STOPPED },
		[EVENT_STOP] = { .next = GUEST_ENDING, .before = end_leave, .after = end_drained },
		[EVENT_DESTROY] = { .next = GUEST_ENDING, .before = end_by_user, .after = end_now },
	},
	[GUEST_PAUSED] = {
		VIMO_DM_EVENTS(GUEST_PAUSED),
		[EVENT_DM_EXITED] = { .next = GUEST_PAUSED, .after = respawn_exited },
		[EVENT_UNPAUSE] = { .next = GUEST_RUNNING },
		[EVENT_STALL] = { .next = GUEST_PAUSED, .after = announce },
		[EVENT_PRESERVE] = { .next = GUEST_STOPPED },
		[EVENT_STOP] = { .next = GUEST_ENDING, .before = end_leave, .after = end_drained },
		[EVENT_DESTROY] = { .next = GUEST_ENDING, .before = end_by_user, .after = end_now },
	},
	[GUEST_STOPPED] = {
		VIMO_DM_EVENTS(GUEST_STOPPED),
		[EVENT_STALL] = { .next = GUEST_STOPPED, .after = announce },
		[EVENT_DESTROY] = { .next = GUEST_ENDING, .before = end_by_user, .after = end_now },
	},
	[GUEST_ENDING] = {
		/* A thread that worked for the guest as it began to end. */
		[EVENT_BUILT] = { .next = GUEST_ENDING, .after = end_now },
		[EVENT_WAIT] = { .next = GUEST_ENDING, .after = end_now },
		[EVENT_FAILED] = { .next = GUEST_ENDING, .after = end_now },
		[EVENT_OPENED] = { .next = GUEST_ENDING, .after = end_now },
		[EVENT_OPEN_FAILED] = { .next = GUEST_ENDING, .after = end_now },
		[EVENT_CHANGED] = { .next = GUEST_ENDING, .after = end_now },
		[EVENT_DM_EXITED] = { .next = GUEST_ENDING, .after = end_dm_exited },
		[EVENT_DM_FAILED] = { .next = GUEST_ENDING, .after = respawn_not_ready },
		[EVENT_DESTROY] = { .next = GUEST_ENDING, .before = end_redirect },
		[EVENT_DESTROYED] = { .next = GUEST_ENDING, .after = end_forget },
		[EVENT_BUILD] = { .next = GUEST_BUILDING, .after = build_begin, .quiet = true },
	},
};

bool life_expects(const struct guest *guest, enum guest_event_kind kind)
{
	return table[guest->state][kind].next != GUEST_NEW;
}

void life_event(struct guest *guest, const struct guest_event *event)
{
	const struct transition *way = &table[guest->state][event->kind];
	bool enters = way->next != guest->state;

	if (!life_expects(guest, event->kind))
		return;
	if (way->before)
		way->before(guest, event);
	guest->state = way->next;
	if (enters && !way->quiet)
		record_update(guest);
	if (way->after)
		way->after(guest, event);
}
