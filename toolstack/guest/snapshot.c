// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * snapshot.c - the same change to each image of a guest.
 */
#include "guest/snapshot.h"
#include "alloc.h"
#include "base/user.h"
#include "container.h"
#include "guest/work.h"
#include "host/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct snapshot_job {
	struct work work;
	struct snapshot_job *next; /* in busy */
	struct guest_config config;
	bool list_only;
	enum snapshot_change what;
	char name[64];
	struct guest_snapshots found;
	struct error err; /* code ERROR_NONE: none */
	snapshot_fn done;
	void *arg;
};

static struct snapshot_job *busy; /* under way; the event loop's */

int snapshot_check_idle(const char *name, struct error *err)
{
	for (const struct snapshot_job *job = busy; job; job = job->next)
		if (!strcmp(job->config.name, name))
			return error_set(err, ERROR_STATE, "the snapshots of %s are being read or changed: try again",
					 name);
	return 0;
}

/* Return: the index of @name in @list, or its count. */
static uint32_t find(const struct snapshots *list, const char *name)
{
	uint32_t n = 0;

	while (n < list->count && strcmp(list->item[n].name, name) != 0)
		n++;
	return n;
}

/* Count the snapshots of one disk. Return: 0 or -1. */
static int add_disk(struct snapshot_job *job, const struct disk_config *disk)
{
	struct guest_snapshots *found = &job->found;
	struct snapshots list;

	if (snapshots_read(disk, USER_CHECK, &list, &job->err))
		return -1;
	found->all++;
	for (uint32_t n = 0; n < list.count; n++) {
		uint32_t at = find(&found->list, list.item[n].name);

		if (at == SNAPSHOTS)
			continue;
		if (at == found->list.count) {
			found->list.item[found->list.count++] = list.item[n];
			found->disks[at] = 0;
		}
		found->disks[at]++;
	}
	return 0;
}

static int read_all(struct snapshot_job *job)
{
	memset(&job->found, 0, sizeof(job->found));
	for (uint32_t n = 0; n < job->config.disk_count; n++)
		if (job->config.disk[n].access == ACCESS_RW && add_disk(job, &job->config.disk[n]))
			return -1;
	if (job->found.all)
		return 0;
	return error_set(&job->err, ERROR_STATE, "%s writes no disk: nothing can be kept in a snapshot",
			 job->config.name);
}

/* Each image is free now: none is changed when another guest has one of them. */
static int check_locks(struct snapshot_job *job)
{
	for (uint32_t n = 0; n < job->config.disk_count; n++) {
		bool direct;
		int fd = job->config.disk[n].access == ACCESS_RW ? disk_open(&job->config.disk[n], &direct, &job->err) :
								   -2;

		if (fd == -1)
			return -1;
		if (fd >= 0)
			close(fd);
	}
	return 0;
}

static int check_change(struct snapshot_job *job)
{
	const struct guest_snapshots *found = &job->found;
	uint32_t at = find(&found->list, job->name);
	bool some = at < found->list.count;

	if (job->what == SNAPSHOT_CREATE && !some && found->list.count == SNAPSHOTS)
		return error_key(&job->err, ERROR_RESOURCES, "snapshot",
				 "%s has %u snapshots, as many as possible: delete one", job->config.name, SNAPSHOTS);
	if (job->what == SNAPSHOT_CREATE)
		return !some ? 0 :
			       error_key(&job->err, ERROR_STATE, "snapshot",
					 "%s has a snapshot %s: delete it, or write another name", job->config.name,
					 job->name);
	if (!some)
		return error_key(&job->err, ERROR_NOT_FOUND, "snapshot",
				 "%s has no snapshot %s: run 'vimoctl snapshot-list %s' to see its snapshots",
				 job->config.name, job->name, job->config.name);
	if (job->what == SNAPSHOT_REVERT && found->disks[at] < found->all)
		return error_key(&job->err, ERROR_STATE, "snapshot",
				 "snapshot %s is in %u of %u disks of %s, since it was not completed: delete it",
				 job->name, found->disks[at], found->all, job->config.name);
	return 0;
}

/* Return: 0 or -1. */
static int change_disk(struct snapshot_job *job, uint32_t n, enum snapshot_change what, struct error *err)
{
	const struct disk_config *disk = &job->config.disk[n];
	struct snapshots list;

	if (disk->access != ACCESS_RW)
		return 0;
	if (what == SNAPSHOT_DELETE && snapshots_read(disk, USER_CHECK, &list, err))
		return -1;
	if (what == SNAPSHOT_DELETE && find(&list, job->name) == list.count)
		return 0;
	return change_snapshot(disk, USER_CHECK, what, job->name, err);
}

static void run(struct work *work)
{
	struct snapshot_job *job = container_of(work, struct snapshot_job, work);
	struct error ignored;

	if (read_all(job) || job->list_only || check_locks(job) || check_change(job))
		return;
	for (uint32_t n = 0; n < job->config.disk_count; n++) {
		if (!change_disk(job, n, job->what, &job->err))
			continue;
		/* All disks have it, or none. */
		while (job->what == SNAPSHOT_CREATE && n-- > 0)
			change_disk(job, n, SNAPSHOT_DELETE, &ignored);
		return;
	}
	read_all(job);
}

static void on_done(struct work *work)
{
	struct snapshot_job *job = container_of(work, struct snapshot_job, work), **at = &busy;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	job->done(job->arg, job->err.code ? NULL : &job->found, job->err.code ? &job->err : NULL);
	free(job);
}

static void start(struct guests *guests, const struct guest_config *config, struct snapshot_job *job, snapshot_fn done,
		  void *arg)
{
	struct error err;

	if (snapshot_check_idle(config->name, &err)) {
		free(job);
		done(arg, NULL, &err);
		return;
	}
	job->config = *config;
	job->done = done;
	job->arg = arg;
	job->next = busy;
	busy = job;
	work_start(&job->work, guests->loop, NULL, run, on_done);
}

void snapshot_list(struct guests *guests, const struct guest_config *config, snapshot_fn done, void *arg)
{
	struct snapshot_job *job = alloc_zeroed(sizeof(*job));

	job->list_only = true;
	start(guests, config, job, done, arg);
}

void snapshot_change(struct guests *guests, const struct guest_config *config, enum snapshot_change what,
		     const char *name, snapshot_fn done, void *arg)
{
	struct snapshot_job *job = alloc_zeroed(sizeof(*job));

	job->what = what;
	snprintf(job->name, sizeof(job->name), "%s", name);
	start(guests, config, job, done, arg);
}
