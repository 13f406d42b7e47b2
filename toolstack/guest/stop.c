// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stop.c - why a guest stopped, and what its configuration wants then.
 */
#include "guest/stop.h"
#include "device.h"
#include "log.h"

#include <stdio.h>
#include <string.h>

#define QUICK_MS 1000
#define QUICK_RESTARTS 5u

/* A guest that restarts again and again at once would only burn time. */
static bool restart_is_sane(struct guest *guest)
{
	uint64_t lived = uv_now(guest->guests->loop) - guest->started_ms;

	guest->quick_restarts = lived < QUICK_MS ? guest->quick_restarts + 1 : 0;
	if (guest->quick_restarts < QUICK_RESTARTS)
		return true;
	snprintf(guest->cause + strlen(guest->cause), sizeof(guest->cause) - strlen(guest->cause),
		 "; %u times within 1 s of its start: not restarted", QUICK_RESTARTS);
	return false;
}

/* Return: what is to be done; guest->cause tells why. */
static enum guest_action take_reason(struct guest *guest, const struct vimo_ioc_domain_info *info)
{
	switch (info->reason) {
	case VIMO_STOP_POWEROFF:
		snprintf(guest->cause, sizeof(guest->cause), "powered off");
		return guest->reboot ? ACTION_RESTART : guest->config.on_poweroff;
	case VIMO_STOP_REBOOT: snprintf(guest->cause, sizeof(guest->cause), "rebooted"); return guest->config.on_reboot;
	case VIMO_STOP_CRASH:
		snprintf(guest->cause, sizeof(guest->cause), "crashed (detail %#llx; vimoctl dmesg may say more)",
			 (unsigned long long)info->detail);
		return guest->config.on_crash;
	case VIMO_STOP_PANIC:
		snprintf(guest->cause, sizeof(guest->cause),
			 "crashed (its kernel reported a panic; see its console's log)");
		return guest->config.on_crash;
	default: snprintf(guest->cause, sizeof(guest->cause), "killed"); return ACTION_DESTROY;
	}
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
	guest->reboot = false;
	guest_log(guest, LOG_LEVEL_INFO, "%s", guest->cause);
	if (action != ACTION_PRESERVE)
		guest->restart = action == ACTION_RESTART && restart_is_sane(guest);
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
