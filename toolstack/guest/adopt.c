// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adopt.c - what the last vimod left: guests that run, and half-done work.
 */
#include "guest/life.h"
#include "cleanup.h"
#include "device.h"
#include "json.h"
#include "log.h"
#include "base/store.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static void adopt(struct daemon *daemon, const char *name)
{
	CLEANUP_JSON json_object *json = store_read(name, "domain.json");
	json_object *config_json = NULL;
	struct guest_config config;
	struct vimo_ioc_domain_info info;
	const char *state = json_string(json, "state"), *cause = json_string(json, "cause");
	struct guest *guest;
	struct error err;

	json_object_object_get_ex(json, "config", &config_json);
	if (!state || config_check(config_json, &config, &err)) {
		log_warning("%s: its record cannot be read: removed", name);
		store_remove(name);
		return;
	}
	guest = guest_new(daemon, &config);
	guest->domain = json_number(json, "domain", 0);
	guest->slots = json_number(json, "slots", CONFIG_SLOT_FIRST);
	guest->restart = json_flag(json, "restart");
	guest->reboot = json_flag(json, "reboot");
	snprintf(guest->cause, sizeof(guest->cause), "%s", cause ? cause : "");
	if (json_number(json, "boot_id", 0) == (int64_t)daemon->boot_id && guest->domain)
		guest->fd = device_open_domain(daemon->device, guest->domain, &err);
	guest->dm.pid = 0;
	dm_adopt(&guest->dm, name);
	helpers_adopt(guest->helpers, &guest->config);
	if (guest->fd < 0 || domain_info(guest->fd, &info, &err) || info.state == VIMO_DOMAIN_BUILDING ||
	    info.state == VIMO_DOMAIN_DYING || !strcmp(state, "ending")) {
		if (!guest->cause[0])
			snprintf(guest->cause, sizeof(guest->cause),
				 "vimod ended while it was built or after it ended");
		log_info("%s: nothing to adopt: cleaned up", name);
		guest_finish(guest, 0);
		return;
	}
	guest->started_ms = uv_now(daemon->loop);
	guest->state = !strcmp(state, "stopped")        ? GUEST_STOPPED :
		       info.state == VIMO_DOMAIN_PAUSED ? GUEST_PAUSED :
							  GUEST_RUNNING;
	if (guest->state != GUEST_STOPPED)
		guest_watch(guest);
	helpers_watch(guest->helpers, daemon->loop);
	if (!guest->dm.pid && info.state != VIMO_DOMAIN_SHUTDOWN)
		guest_respawn(guest);
	log_info("%s: adopted, domain %u is %s", name, guest->domain, guest_state_name(guest));
}

/* A vimod killed between CREATE and its record leaves a domain without a name. */
static void destroy_orphans(struct daemon *daemon)
{
	struct vimo_ioc_next next = { 0 };

	while (!ioctl(daemon->device, VIMO_IOC_NEXT, &next)) {
		struct guest *guest = daemon->guests;
		struct vimo_ioc_domain_info info;
		struct error err;
		CLEANUP_FD int fd = -1;

		while (guest && (guest->domain != next.domain || guest->fd < 0))
			guest = guest->next;
		if (guest)
			continue;
		fd = device_open_domain(daemon->device, next.domain, &err);
		if (fd < 0 || domain_info(fd, &info, &err))
			continue;
		if (info.state == VIMO_DOMAIN_BUILDING && !domain_destroy(fd, &err))
			log_warning("domain %u was never started and has no record: destroyed", next.domain);
		else if (info.state != VIMO_DOMAIN_DYING)
			log_warning("domain %u is not ours: left alone", next.domain);
	}
}

int daemon_open(struct daemon *daemon, struct error *err)
{
	char path[PATH_MAX];
	struct vimo_ioc_info info;
	struct dirent *entry;
	DIR *dir;

	if (daemon->device >= 0)
		return 0;
	daemon->device = device_open(err);
	if (daemon->device < 0)
		return -1;
	if (device_info(daemon->device, &info, err)) {
		close(daemon->device);
		daemon->device = -1;
		return -1;
	}
	daemon->boot_id = info.boot_id;
	snprintf(path, sizeof(path), "%s/guests", store_root());
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			adopt(daemon, entry->d_name);
	if (dir)
		closedir(dir);
	destroy_orphans(daemon);
	return 0;
}
