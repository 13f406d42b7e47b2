// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * end.c - how guests end: by themselves, by a command, by a failure.
 */
#include "guest/life.h"
#include "host/channel.h"
#include "device.h"
#include "log.h"
#include "base/store.h"

#include <stdio.h>
#include <string.h>

#define DRAIN_MS 3000 /* for vimo-dm to write a stopped guest's last words */
#define QUICK_MS 1000
#define QUICK_RESTARTS 5u

static void guest_free(struct guest *guest)
{
	struct guest **at = &guest->daemon->guests;
	struct call *call;

	while (*at != guest)
		at = &(*at)->next;
	*at = guest->next;
	guest_announce(guest);
	while ((call = guest->enders)) {
		guest->enders = call->next;
		call_reply(call, NULL);
	}
	if (guest->creator)
		call_error(guest->creator, &guest->failure);
	free(guest);
}

static void destroy_work(uv_work_t *work)
{
	struct guest *guest = work->data;

	/* They map its memory. */
	helpers_stop(guest->helpers);
	if (guest->fd >= 0 && domain_destroy(guest->fd, &guest->failure))
		log_error("%s: %s", guest->config.name, guest->failure.text);
}

static void destroy_done(uv_work_t *work, int status)
{
	struct guest *guest = work->data;
	struct call *call;

	(void)status;
	free(work);
	guest->busy = false;
	if (guest->fd >= 0)
		close(guest->fd);
	guest->fd = -1;
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		vif_close(&guest->taps[slot]);
	channels_unlink(&guest->config);
	if (!guest->restart) {
		log_info("%s: gone (%s)", guest->config.name, guest->cause);
		store_remove(guest->config.name);
		store_cause(guest->config.name, guest->cause);
		guest_free(guest);
		return;
	}
	guest->restart = false;
	while ((call = guest->enders)) {
		guest->enders = call->next;
		call_reply(call, NULL);
	}
	guest_build(guest);
}

void guest_release(struct guest *guest)
{
	uv_work_t *work = calloc(1, sizeof(*work));

	helpers_unwatch(guest->helpers);
	watch_end(&guest->timer);
	if (!work)
		abort(); /* a few bytes: nothing sensible is left to do */
	guest->busy = true;
	work->data = guest;
	uv_queue_work(guest->daemon->loop, work, destroy_work, destroy_done);
}

static void drain_over(void *arg)
{
	struct guest *guest = arg;

	watch_end(&guest->timer);
	dm_kill(&guest->dm);
}

void guest_finish(struct guest *guest, uint64_t grace_ms)
{
	watch_end(&guest->stop);
	watch_end(&guest->timer);
	guest_forget_stalls(guest);
	guest_enter(guest, GUEST_ENDING);
	guest_go_on(guest);
	if (guest->busy) { /* who is done comes back here */
		if (guest->dm.pid && !grace_ms)
			dm_kill(&guest->dm);
		return;
	}
	if (!guest->dm.pid)
		guest_release(guest);
	else if (grace_ms)
		guest->timer = watch_timer(guest->daemon->loop, grace_ms, drain_over, guest);
	else
		dm_kill(&guest->dm);
}

void guest_destroy(struct guest *guest, bool restart, struct call *call)
{
	call->next = guest->enders;
	guest->enders = call;
	guest->restart = restart;
	if (guest->state == GUEST_ENDING)
		return;
	snprintf(guest->cause, sizeof(guest->cause), "%s",
		 restart ? "reboot forced by the user" : "destroyed by the user");
	error_set(&guest->failure, ERROR_STATE, "%s was destroyed while it was created", guest->config.name);
	guest_finish(guest, 0);
}

void guest_fail(struct guest *guest, const struct error *err)
{
	guest->failure = *err;
	guest->restart = false;
	log_error("%s: %s", guest->config.name, err->text);
	snprintf(guest->cause, sizeof(guest->cause), "not started: %.230s", err->text);
	guest_finish(guest, 0);
}

/* A guest that restarts again and again at once would only burn time. */
static bool restart_is_sane(struct guest *guest)
{
	uint64_t lived = uv_now(guest->daemon->loop) - guest->started_ms;

	guest->quick_restarts = lived < QUICK_MS ? guest->quick_restarts + 1 : 0;
	if (guest->quick_restarts < QUICK_RESTARTS)
		return true;
	snprintf(guest->cause + strlen(guest->cause), sizeof(guest->cause) - strlen(guest->cause),
		 "; %u times within 1 s of its start: not restarted", QUICK_RESTARTS);
	return false;
}

static void on_stopped(void *arg)
{
	struct guest *guest = arg;
	enum guest_action action = guest->config.on_crash;
	struct vimo_ioc_domain_info info;
	struct error err;

	watch_end(&guest->stop);
	if (domain_info(guest->fd, &info, &err))
		info = (struct vimo_ioc_domain_info){ .reason = VIMO_STOP_KILLED };
	switch (info.reason) {
	case VIMO_STOP_POWEROFF:
		action = guest->reboot ? ACTION_RESTART : guest->config.on_poweroff;
		snprintf(guest->cause, sizeof(guest->cause), "powered off");
		break;
	case VIMO_STOP_REBOOT:
		action = guest->config.on_reboot;
		snprintf(guest->cause, sizeof(guest->cause), "rebooted");
		break;
	case VIMO_STOP_CRASH:
		snprintf(guest->cause, sizeof(guest->cause), "crashed (detail %#llx; vimoctl dmesg may say more)",
			 (unsigned long long)info.detail);
		break;
	default: action = ACTION_DESTROY; snprintf(guest->cause, sizeof(guest->cause), "killed");
	}
	guest->reboot = false;
	log_info("%s: %s", guest->config.name, guest->cause);
	if (action == ACTION_PRESERVE) {
		guest_enter(guest, GUEST_STOPPED);
		return;
	}
	guest->restart = action == ACTION_RESTART && restart_is_sane(guest);
	guest_finish(guest, DRAIN_MS);
}

void guest_watch(struct guest *guest)
{
	guest->stop = watch_fd(guest->daemon->loop, guest->fd, UV_PRIORITIZED, on_stopped, guest);
	guest_watch_stalls(guest);
}
