// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stop.c - why a guest stopped, and what its configuration wants then.
 */
#include "guest/stop.h"
#include "device.h"
#include "guest/history.h"
#include "log.h"

#include <stdio.h>
#include <string.h>

#define QUICK_MS 1000
#define QUICK_RESTARTS 5u

/* A guest that restarts again and again at once would only burn time. */
static bool restart_is_sane(struct guest *guest)
{
	uint64_t lived = uv_now(guest->guests->loop) - guest->started_ms;
	char text[64];

	guest->quick_restarts = lived < QUICK_MS ? guest->quick_restarts + 1 : 0;
	if (guest->quick_restarts < QUICK_RESTARTS)
		return true;
	snprintf(text, sizeof(text), "; %u times within 1 s of its start: not restarted", QUICK_RESTARTS);
	guest_cause_add(guest, text);
	return false;
}

/* Return: what is to be done; guest->cause tells why. */
static enum guest_action take_reason(struct guest *guest, const struct vimo_ioc_domain_info *info)
{
	switch (info->reason) {
	case VIMO_STOP_POWEROFF:
		guest_cause(guest, CAUSE_POWEROFF, "powered off");
		return guest->reboot ? ACTION_RESTART : guest->config.on_poweroff;
	case VIMO_STOP_REBOOT: guest_cause(guest, CAUSE_REBOOT, "rebooted"); return guest->config.on_reboot;
	case VIMO_STOP_CRASH:
		guest_cause(guest, CAUSE_CRASH, "crashed (detail %#llx; vimoctl dmesg may say more)",
			    (unsigned long long)info->detail);
		return guest->config.on_crash;
	case VIMO_STOP_PANIC:
		guest_cause(guest, CAUSE_PANIC, "crashed (its kernel reported a panic; see its console's log)");
		return guest->config.on_crash;
	default: guest_cause(guest, CAUSE_KILLED, "killed"); return ACTION_DESTROY;
	}
}

/* As dom0 goes down, no guest starts again or is preserved: its memory goes. A crash stays a crash. */
static enum guest_action go_down(struct guest *guest)
{
	if (guest->cause_kind == CAUSE_POWEROFF || guest->cause_kind == CAUSE_REBOOT)
		guest_cause(guest, CAUSE_HOST_SHUTDOWN, "shut down with dom0");
	return ACTION_DESTROY;
}

static void on_stopped(void *arg)
{
	struct guest *guest = arg;
	struct vimo_ioc_domain_info info;
	enum guest_action action;
	struct error err;

	stop_unwatch(guest);
	if (domain_info(guest->fd, &info, &err))
		info = (struct vimo_ioc_domain_info){ .reason = VIMO_STOP_KILLED };
	action = take_reason(guest, &info);
	if (guest->guests->down_s)
		action = go_down(guest);
	guest->reboot = false;
	guest_log(guest, LOG_LEVEL_INFO, "%s", guest->cause);
	if (action != ACTION_PRESERVE)
		guest->restart = action == ACTION_RESTART && restart_is_sane(guest);
	else
		history_ended(guest, "preserve");
	guest_post(guest, &(struct guest_event){ .kind = action == ACTION_PRESERVE ? EVENT_PRESERVE : EVENT_STOP });
}

void stop_watch(struct guest *guest)
{
	guest->stop = watch_fd(guest->guests->loop, guest->fd, UV_PRIORITIZED, on_stopped, guest);
}

void stop_unwatch(struct guest *guest)
{
	watch_end(&guest->stop);
}
