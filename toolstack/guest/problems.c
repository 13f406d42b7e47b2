// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * problems.c - read the files stalled and link-SLOT.down of vimo-dm.
 */
#include "guest/problems.h"
#include "base/store.h"
#include "dm/request.h"
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

static const char *disk_name(const struct guest *guest, unsigned long slot)
{
	for (uint32_t n = 0; n < guest->config.disk_count; n++)
		if (guest->config.disk[n].slot == slot)
			return guest->config.disk[n].vdev;
	return "?";
}

/* Return: whether the guest is stalled; guest->problem tells why. */
static bool read_problem(struct guest *guest)
{
	FILE *file = fopen(store_path(guest->config.name, "stalled"), "re");
	char line[160] = "", *why;
	unsigned long slot;

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = 0;
	fclose(file);
	slot = strtoul(line, &why, 10);
	why += strspn(why, " ");
	why[strcspn(why, "\n")] = 0;
	/* The guest may have taken vimo-dm over: its text becomes one printable line. */
	for (char *c = why; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	snprintf(guest->problem, sizeof(guest->problem), "disk %s: %s: mend it, then run 'vimoctl unpause %s'",
		 disk_name(guest, slot), why, guest->config.name);
	return true;
}

static void look_for_stall(struct guest *guest)
{
	if (!read_problem(guest))
		return;
	guest_log(guest, LOG_LEVEL_WARNING, "paused: %s", guest->problem);
	guest_post(guest, &(struct guest_event){ .kind = EVENT_STALL });
}

static void look_for_links(struct guest *guest)
{
	switches_look(guest->switches, &guest->config, guest->guests->loop);
}

static void on_file(void *arg)
{
	struct guest *guest = arg;
	_Alignas(struct inotify_event) char events[4096];
	ssize_t got = read(guest->stall_fd, events, sizeof(events)), at = 0;
	bool stalled = false, links = false;

	while (at < got) {
		const struct inotify_event *event = (const struct inotify_event *)(const void *)(events + at);

		stalled = stalled || (event->len && !strcmp(event->name, "stalled"));
		links = links || (event->len && !strncmp(event->name, "link-", 5));
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	if (stalled)
		look_for_stall(guest);
	if (links)
		look_for_links(guest);
}

void problems_watch(struct guest *guest)
{
	problems_unwatch(guest);
	guest->stall_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (guest->stall_fd < 0 ||
	    inotify_add_watch(guest->stall_fd, store_path(guest->config.name, ""), IN_MOVED_TO | IN_ONLYDIR) < 0)
		log_warning("%s: cannot see failures of its disks: %s", guest->config.name, strerror(errno));
	else
		guest->stall = watch_fd(guest->guests->loop, guest->stall_fd, UV_READABLE, on_file, guest);
	look_for_stall(guest);
	look_for_links(guest);
}

void problems_unwatch(struct guest *guest)
{
	watch_end(&guest->stall);
	switches_forget(guest->switches);
	if (guest->stall_fd >= 0)
		close(guest->stall_fd);
	guest->stall_fd = -1;
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
