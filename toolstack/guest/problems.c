// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * problems.c - read the status, which vimo-dm writes. A guest may have taken it over: its status is decoded like a
 * guest's values, and read as often as its messages, ten times a second at most.
 */
#include "guest/problems.h"
#include "dm/files.h"
#include "dm/request.h"
#include "dm_files.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *disk_name(const struct guest *guest, uint32_t slot)
{
	for (uint32_t n = 0; n < guest->config.disk_count; n++)
		if (guest->config.disk[n].slot == slot)
			return guest->config.disk[n].vdev;
	return "?";
}

static void look_for_stall(struct guest *guest)
{
	struct dm_status status;
	char problem[sizeof(guest->problem)];

	if (!dm_status_read(guest->status_fd, &status) || !status.stalled)
		return;
	snprintf(problem, sizeof(problem), "disk %s: %s: mend it, then run 'vimoctl unpause %s'",
		 disk_name(guest, status.stalled - 1), status.why, guest->config.name);
	if (!strcmp(problem, guest->problem))
		return;
	memcpy(guest->problem, problem, sizeof(problem));
	guest_log(guest, LOG_LEVEL_WARNING, "paused: %s", guest->problem);
	guest_post(guest, &(struct guest_event){ .kind = EVENT_STALL });
}

static void look(void *arg)
{
	struct guest *guest = arg;

	switches_look(guest->switches, &guest->config, guest->status_fd, guest->guests->loop);
	look_for_stall(guest);
}

void problems_watch(struct guest *guest)
{
	const char *path = dm_files_status(guest->config.name);

	problems_unwatch(guest);
	guest->status_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (guest->status_fd < 0) {
		log_warning("%s: cannot see failures of its disks and switches: %s: %s", guest->config.name, path,
			    strerror(errno));
		return;
	}
	/* vimo-dm stores into its mapping of the file, and writes an empty line then. */
	dm_messages_notify(&guest->dm.messages, look, guest);
	look(guest);
}

void problems_unwatch(struct guest *guest)
{
	dm_messages_notify(&guest->dm.messages, NULL, NULL);
	switches_forget(guest->switches);
	if (guest->status_fd >= 0)
		close(guest->status_fd);
	guest->status_fd = -1;
	guest->problem[0] = 0;
}

int problems_mend(struct guest *guest, struct error *err)
{
	if (!guest->problem[0])
		return 0;
	if (dm_retry(guest->config.name, err))
		return -1;
	guest->problem[0] = 0;
	return 0;
}

static void tell_of_helper(const struct helper *helper, void (*fn)(void *arg, const char *problem), void *arg)
{
	char text[256];

	if (!helper || !helper->failures || helper->serves)
		return;
	snprintf(text, sizeof(text),
		 "%s: its %s does not run after %u failures, and is started again and again: run "
		 "'journalctl -u vimod' to see why",
		 helper->name, helper->kind->program, helper->failures);
	fn(arg, text);
}

static void tell_of_link(const struct switch_link *link, void (*fn)(void *arg, const char *problem), void *arg)
{
	char text[256];

	if (!link)
		return;
	snprintf(text, sizeof(text), "%s: its link is down: start the switch that listens at %s", link->name,
		 link->vif.socket);
	fn(arg, text);
}

static void tell_of_logs(const struct guest *guest, void (*fn)(void *arg, const char *problem), void *arg)
{
	static const struct {
		uint32_t bit;
		const char *console;
	} logs[] = { { DM_LOG_CONSOLE, "console" }, { DM_LOG_SERIAL, "serial" } };
	struct dm_status status;
	char text[128];

	if (guest->status_fd < 0 || !dm_status_read(guest->status_fd, &status))
		return;
	for (size_t n = 0; n < sizeof(logs) / sizeof(logs[0]); n++) {
		if (!(status.links_down >> logs[n].bit & 1))
			continue;
		snprintf(text, sizeof(text), "%s.%s.log: output is not logged: free space on its disk",
			 guest->config.name, logs[n].console);
		fn(arg, text);
	}
}

void problems_each(const struct guest *guest, void (*fn)(void *arg, const char *problem), void *arg)
{
	if (guest->problem[0])
		fn(arg, guest->problem);
	if ((guest->state == GUEST_RUNNING || guest->state == GUEST_PAUSED) && !guest->dm.process.pid)
		fn(arg, "its vimo-dm does not run, and is started again: run 'journalctl -u vimod' to see why");
	tell_of_logs(guest, fn, arg);
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++) {
		tell_of_helper(guest->helpers[slot], fn, arg);
		tell_of_link(guest->switches[slot], fn, arg);
	}
}
