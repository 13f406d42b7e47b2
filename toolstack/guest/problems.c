// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * problems.c - read the status, which vimo-dm writes. A guest may have taken it over: its status is decoded like a
 * guest's values, and read ten times a second at most.
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
#include <sys/inotify.h>
#include <unistd.h>

#define QUIET_MS 100

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

static void look(struct guest *guest)
{
	switches_look(guest->switches, &guest->config, guest->status_fd, guest->guests->loop);
	look_for_stall(guest);
}

static void on_quiet(void *arg);

static void on_change(void *arg)
{
	struct guest *guest = arg;
	_Alignas(struct inotify_event) char events[4096];
	ssize_t got = read(guest->stall_fd, events, sizeof(events));

	(void)got;
	watch_end(&guest->stall);
	guest->stall = watch_timer(guest->guests->loop, QUIET_MS, on_quiet, guest);
	look(guest);
}

/* Changes from now on, and those of the last QUIET_MS, which wait in stall_fd. */
static void on_quiet(void *arg)
{
	struct guest *guest = arg;

	watch_end(&guest->stall);
	guest->stall = watch_fd(guest->guests->loop, guest->stall_fd, UV_READABLE, on_change, guest);
}

void problems_watch(struct guest *guest)
{
	const char *path = dm_files_status(guest->config.name);

	problems_unwatch(guest);
	guest->status_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	guest->stall_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (guest->status_fd < 0 || guest->stall_fd < 0 || inotify_add_watch(guest->stall_fd, path, IN_MODIFY) < 0) {
		log_warning("%s: cannot see failures of its disks and switches: %s: %s", guest->config.name, path,
			    strerror(errno));
		return;
	}
	on_quiet(guest);
	look(guest);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void problems_unwatch(struct guest *guest)
{
	watch_end(&guest->stall);
	switches_forget(guest->switches);
	close_fd(&guest->stall_fd);
	close_fd(&guest->status_fd);
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
