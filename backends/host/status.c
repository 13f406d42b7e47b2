// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status.c - each change is one write of the whole, which vimod is notified of.
 */
#include "host/status.h"

#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void status_open(struct status *status, int fd)
{
	status->fd = fd;
	pthread_mutex_init(&status->lock, NULL);
	dm_status_read(fd, &status->now);
}

static void write_locked(const struct status *status)
{
	if (pwrite(status->fd, &status->now, sizeof(status->now), 0) != (ssize_t)sizeof(status->now))
		log_error("status: %s: vimod does not learn of a stall or a lost link: make room in /run",
			  strerror(errno));
}

void status_stall(struct status *status, unsigned int slot, const char *why)
{
	pthread_mutex_lock(&status->lock);
	status->now.stalled = slot + 1;
	memset(status->now.why, 0, sizeof(status->now.why));
	snprintf(status->now.why, sizeof(status->now.why), "%s", why);
	write_locked(status);
	pthread_mutex_unlock(&status->lock);
}

void status_go_on(struct status *status)
{
	pthread_mutex_lock(&status->lock);
	status->now.stalled = 0;
	write_locked(status);
	pthread_mutex_unlock(&status->lock);
}

void status_link(struct status *status, unsigned int slot, bool down)
{
	uint32_t bit = 1u << slot % DM_STATUS_SLOTS;

	pthread_mutex_lock(&status->lock);
	status->now.links_down = down ? status->now.links_down | bit : status->now.links_down & ~bit;
	write_locked(status);
	pthread_mutex_unlock(&status->lock);
}
