// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adopt.c - guests of the previous vimod go on, half-done work ends.
 */
#include "guest/adopt.h"
#include "base/cgroup.h"
#include "base/fd_store.h"
#include "base/store.h"
#include "base/user.h"
#include "cleanup.h"
#include "device.h"
#include "guest/history.h"
#include "guest/life.h"
#include "guest/record.h"
#include "guest/respawn.h"
#include "log.h"

#include <stdlib.h>
#include <sys/ioctl.h>

void guests_init(struct guests *guests, uv_loop_t *loop)
{
	*guests = (struct guests){ .loop = loop, .device = -1, .on_event = life_event };
}

/* Return: how the guest goes on. */
static enum guest_event_kind find_state(const struct guest *guest, struct vimo_ioc_domain_info *info)
{
	struct error err;

	if (guest->fd < 0 || domain_info(guest->fd, info, &err) || info->state == VIMO_DOMAIN_DYING ||
	    guest->recorded == GUEST_ENDING)
		return EVENT_ADOPT_LEFTOVER;
	/* A guest that was created paused has not started. */
	if (info->state == VIMO_DOMAIN_BUILDING)
		return guest->recorded == GUEST_PAUSED ? EVENT_ADOPT_PAUSED : EVENT_ADOPT_LEFTOVER;
	if (guest->recorded == GUEST_STOPPED)
		return EVENT_ADOPT_STOPPED;
	return info->state == VIMO_DOMAIN_PAUSED ? EVENT_ADOPT_PAUSED : EVENT_ADOPT_RUNNING;
}

static void read_one(void *guests, const char *name)
{
	record_read(guests, name);
}

/* Return: another guest whose record names the same domain, or NULL. */
static struct guest *find_twin(const struct guests *guests, const struct guest *guest)
{
	struct guest *twin = guest->domain ? guests->first : NULL;

	while (twin && (twin == guest || twin->domain != guest->domain))
		twin = twin->next;
	return twin;
}

/*
 * EL2 gives the number of a domain that is gone to the next domain, perhaps before vimod has removed the record of the
 * guest that it belonged to: that guest is ending. In all other cases the records are wrong, and neither is followed.
 */
static void settle_domains(struct guests *guests)
{
	struct guest *next, *twin;

	for (struct guest *guest = guests->first; guest; guest = guest->next)
		if (guest->recorded == GUEST_ENDING && find_twin(guests, guest))
			guest->domain = 0;
	for (struct guest *guest = guests->first; guest; guest = guest->next) {
		twin = find_twin(guests, guest);
		if (!twin)
			continue;
		log_error("%s: its record names domain %u, which is %s's, too: neither guest is adopted: restart the "
			  "machine",
			  guest->config.name, guest->domain, twin->config.name);
		guest->recorded = GUEST_NEW;
	}
	for (struct guest *guest = guests->first; guest; guest = next) {
		next = guest->next;
		if (guest->recorded != GUEST_NEW)
			continue;
		guest_unlist(guest);
		free(guest);
	}
}

static void adopt(struct guests *guests, struct guest *guest)
{
	const char *name = guest->config.name;
	struct vimo_ioc_domain_info info = { 0 };
	enum guest_event_kind kind;
	struct error err;

	if (guest->domain)
		guest->fd = device_open_domain(guests->device, guest->domain, &err);
	cgroup_make(name, guest->config.weight);
	dm_adopt(&guest->dm, name);
	helpers_adopt(guest->helpers, &guest->config, user_of(guest->domain));
	kind = find_state(guest, &info);
	if (kind == EVENT_ADOPT_LEFTOVER) {
		if (!guest->cause[0])
			guest_cause(guest, CAUSE_UNKNOWN, "vimod ended while it was built or after it ended");
		log_info("%s: nothing to adopt: cleaned up", name);
		guest_post(guest, &(struct guest_event){ .kind = kind });
		return;
	}
	if (!guest->started_ms || guest->started_ms > uv_now(guests->loop))
		guest->started_ms = uv_now(guests->loop);
	guest_post(guest, &(struct guest_event){ .kind = kind });
	helpers_watch(guest->helpers, guests->loop);
	if (!guest->dm.process.pid && info.state != VIMO_DOMAIN_SHUTDOWN)
		respawn_later(guest);
	log_info("%s: adopted, domain %u is %s", name, guest->domain, guest_state_name(guest->state));
}

/* A vimod that is killed between CREATE and its record leaves a domain without a name. */
static void destroy_orphans(struct guests *guests)
{
	struct vimo_ioc_next next = { 0 };

	while (!ioctl(guests->device, VIMO_IOC_NEXT, &next)) {
		struct guest *guest = guests->first;
		struct vimo_ioc_domain_info info;
		struct error err;
		CLEANUP_FD int fd = -1;

		while (guest && (guest->domain != next.domain || guest->fd < 0))
			guest = guest->next;
		if (guest)
			continue;
		fd = device_open_domain(guests->device, next.domain, &err);
		if (fd < 0 || domain_info(fd, &info, &err))
			continue;
		if (info.state == VIMO_DOMAIN_BUILDING && !domain_destroy(fd, &err))
			log_warning("domain %u was never started and has no record: destroyed", next.domain);
		else if (info.state != VIMO_DOMAIN_DYING)
			log_warning("domain %u has no record: left alone", next.domain);
	}
}

static int open_device(struct guests *guests, struct error *err)
{
	struct vimo_ioc_info info;

	guests->device = device_open(err);
	if (guests->device < 0)
		return -1;
	if (!device_info(guests->device, &info, err)) {
		guests->boot_id = info.boot_id;
		return 0;
	}
	close(guests->device);
	guests->device = -1;
	return -1;
}

static void warn_of_old(void *arg, const char *name)
{
	(void)arg;
	log_warning("%s: an older release of vimod started it, and other users could write its record: it is not "
		    "adopted: end it with that release (vimoctl destroy), or restart the machine",
		    name);
}

int guests_open(struct guests *guests, struct error *err)
{
	struct guest *next;

	if (guests->device >= 0)
		return 0;
	if (open_device(guests, err))
		return -1;
	store_each(read_one, guests);
	store_each_old(warn_of_old, NULL);
	settle_domains(guests);
	history_settle(guests);
	for (struct guest *guest = guests->first; guest; guest = next) {
		next = guest->next;
		adopt(guests, guest);
	}
	fd_store_close();
	destroy_orphans(guests);
	return 0;
}
