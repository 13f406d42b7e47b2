// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest.c - the list of guests, the observer, and events of vimo-dm.
 */
#include "guest/guest.h"
#include "alloc.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[GUEST_STATES] = {
	[GUEST_NEW] = "new",       [GUEST_BUILDING] = "building", [GUEST_RUNNING] = "running",
	[GUEST_PAUSED] = "paused", [GUEST_STOPPED] = "stopped",   [GUEST_ENDING] = "ending",
};

void guests_observe(struct guests *guests, void (*observer)(void *arg, struct guest *guest), void *arg)
{
	guests->observer = observer;
	guests->observer_arg = arg;
}

static void on_dm_ready(void *arg, const char *problem)
{
	struct guest *guest = arg;
	struct error err;

	if (!problem) {
		guest_post(guest, &(struct guest_event){ .kind = EVENT_DM_READY });
		return;
	}
	error_set(&err, ERROR_FAILED, "vimo-dm of %s did not start: %s", guest->config.name, problem);
	guest_post(guest, &(struct guest_event){ .kind = EVENT_DM_FAILED, .why = &err });
}

static void on_dm_exit(void *arg)
{
	guest_post(arg, &(struct guest_event){ .kind = EVENT_DM_EXITED });
}

struct guest *guest_new(struct guests *guests, const struct guest_config *config)
{
	struct guest *guest = alloc_zeroed(sizeof(*guest));

	guest->guests = guests;
	guest->config = *config;
	guest->fd = guest->status_fd = -1;
	guest->image.kernel_fd = guest->image.ramdisk_fd = -1;
	guest->dm = (struct dm_process){ .process = { .pidfd = -1 },
					 .loop = guests->loop,
					 .ready_fd = -1,
					 .messages.fd = -1,
					 .arg = guest,
					 .on_ready = on_dm_ready,
					 .on_exit = on_dm_exit };
	guest->next = guests->first;
	guests->first = guest;
	return guest;
}

void guest_unlist(struct guest *guest)
{
	struct guest **at = &guest->guests->first;

	while (*at != guest)
		at = &(*at)->next;
	*at = guest->next;
}

struct guest *guest_find(struct guests *guests, const char *name)
{
	for (struct guest *guest = guests->first; guest; guest = guest->next)
		if (!strcmp(guest->config.name, name))
			return guest;
	return NULL;
}

void guest_cause(struct guest *guest, enum cause_kind kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(guest->cause, sizeof(guest->cause), format, args);
	va_end(args);
	text_clean(guest->cause); /* it may be cut within a character */
	guest->cause_kind = kind;
}

void guest_cause_add(struct guest *guest, const char *text)
{
	size_t used = strlen(guest->cause);

	snprintf(guest->cause + used, sizeof(guest->cause) - used, "%s", text);
	text_clean(guest->cause);
}

void guest_asked(struct guest *guest, const char *client)
{
	snprintf(guest->asked, sizeof(guest->asked), "%s", client);
	text_clean(guest->asked);
}

const char *guest_state_name(enum guest_state state)
{
	return state_names[state];
}

bool guest_is_up(const struct guest *guest)
{
	return guest->state == GUEST_RUNNING || guest->state == GUEST_PAUSED;
}

void guest_announce(struct guest *guest)
{
	if (guest->guests->observer)
		guest->guests->observer(guest->guests->observer_arg, guest);
}

void guest_post(struct guest *guest, const struct guest_event *event)
{
	guest->guests->on_event(guest, event);
}
