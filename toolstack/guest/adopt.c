// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adopt.c - guests of the previous vimod go on, half-done work ends.
 */
#include "guest/adopt.h"
#include "base/store.h"
#include "cleanup.h"
#include "device.h"
#include "guest/life.h"
#include "guest/record.h"
#include "guest/respawn.h"
#include "log.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

void guests_init(struct guests *guests, uv_loop_t *loop)
{
	*guests = (struct guests){ .loop = loop, .device = -1, .on_event = life_event };
}

/* Return: how the guest goes on. */
static enum guest_event_kind find_state(const struct guest *guest, enum guest_state recorded,
					struct vimo_ioc_domain_info *info)
{
	struct error err;

	if (guest->fd < 0 || domain_info(guest->fd, info, &err) || info->state == VIMO_DOMAIN_BUILDING ||
	    info->state == VIMO_DOMAIN_DYING || recorded == GUEST_ENDING)
		return EVENT_ADOPT_LEFTOVER;
	if (recorded == GUEST_STOPPED)
		return EVENT_ADOPT_STOPPED;
	return info->state == VIMO_DOMAIN_PAUSED ? EVENT_ADOPT_PAUSED : EVENT_ADOPT_RUNNING;
}

static void adopt(struct guests *guests, const char *name)
{
	struct vimo_ioc_domain_info info = { 0 };
	enum guest_event_kind kind;
	enum guest_state recorded;
	struct guest *guest = record_read(guests, name, &recorded);
	struct error err;

	if (!guest)
		return;
	if (guest->domain)
		guest->fd = device_open_domain(guests->device, guest->domain, &err);
	dm_adopt(&guest->dm, name);
	helpers_adopt(guest->helpers, &guest->config);
	kind = find_state(guest, recorded, &info);
	if (kind == EVENT_ADOPT_LEFTOVER) {
		if (!guest->cause[0])
			snprintf(guest->cause, sizeof(guest->cause),
				 "vimod ended while it was built or after it ended");
		log_info("%s: nothing to adopt: cleaned up", name);
		guest_post(guest, &(struct guest_event){ .kind = kind });
		return;
	}
	guest->started_ms = uv_now(guests->loop);
	guest_post(guest, &(struct guest_event){ .kind = kind });
	helpers_watch(guest->helpers, guests->loop);
	if (!guest->dm.pid && info.state != VIMO_DOMAIN_SHUTDOWN)
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

int guests_open(struct guests *guests, struct error *err)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	if (guests->device >= 0)
		return 0;
	if (open_device(guests, err))
		return -1;
	snprintf(path, sizeof(path), "%s/guests", store_root());
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			adopt(guests, entry->d_name);
	if (dir)
		closedir(dir);
	destroy_orphans(guests);
	return 0;
}
