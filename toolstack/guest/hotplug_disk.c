// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hotplug_disk.c - attach and detach disks.
 */
#include "guest/hotplug_disk.h"
#include "alloc.h"
#include "cleanup.h"
#include "container.h"
#include "guest/disk_files.h"
#include "guest/hotplug.h"
#include "guest/record.h"
#include "guest/resources.h"
#include "guest/work.h"
#include "helper/storage.h"
#include "helper/supervisor.h"
#include "host/disk.h"

#include <string.h>

/* A disk that is being attached or detached. */
struct change {
	struct work work;
	struct guest_config config; /* when it is attached: as it will be, with the disk at its end */
	struct disk_files files;
	struct helper *helper;                              /* the storage daemon of an image that is not raw */
	char vdev[sizeof(((struct disk_config *)0)->vdev)]; /* that leaves the configuration; empty: none */
	int result;
	struct error err;
	hotplug_fn done;
	void *arg;
};

static struct change *change_new(struct guest *guest, hotplug_fn done, void *arg)
{
	struct change *change = alloc_zeroed(sizeof(*change));

	change->work.guest = guest;
	change->config = guest->config;
	change->done = done;
	change->arg = arg;
	disk_files_none(&change->files);
	return change;
}

static void forget_disk(struct guest *guest, const char *vdev)
{
	struct guest_config *config = &guest->config;
	uint32_t n = 0;

	while (strcmp(config->disk[n].vdev, vdev))
		n++;
	config->disk_count--;
	memmove(&config->disk[n], &config->disk[n + 1], (config->disk_count - n) * sizeof(config->disk[0]));
	record_update(guest);
}

static void change_done(struct change *change)
{
	struct guest *guest = change->work.guest;
	const struct disk_config *disk = NULL;

	if (*change->vdev)
		forget_disk(guest, change->vdev);
	else if (!change->result)
		disk = &guest->config.disk[guest->config.disk_count - 1];
	change->done(change->arg, change->result, disk, &change->err);
	disk_files_close(&change->files);
	free(change);
	guest_post(guest, &(struct guest_event){ .kind = EVENT_CHANGED });
}

static struct change *change_of(struct work *work)
{
	return container_of(work, struct change, work);
}

static void stop_helper(struct work *work)
{
	struct change *change = change_of(work);

	helpers_stop_one(change->helper);
}

static void helper_stopped(struct work *work)
{
	change_done(change_of(work));
}

/* A thread stops the disk's storage daemon, which writes what it has to a file server. */
static void end_helper(struct change *change, uint32_t slot)
{
	struct guest *guest = change->work.guest;

	if (!change->helper) {
		change_done(change);
		return;
	}
	supervisor_unwatch(change->helper);
	guest->helpers[slot] = NULL;
	work_start(&change->work, guest->guests->loop, guest, stop_helper, helper_stopped);
}

static struct disk_config *added(struct change *change)
{
	return &change->config.disk[change->config.disk_count - 1];
}

static void start_storage(struct change *change, const struct disk_config *disk)
{
	bool direct;
	int fd;

	/* Its error names the reason; the storage daemon's would not. */
	if (disk->format != FORMAT_NBD) {
		fd = disk_open(disk, &direct, &change->err);
		if (fd < 0)
			return;
		close(fd);
	}
	change->helper = storage_new(change->config.name, disk);
	helper_start(change->helper, &change->err);
}

static void open_added(struct work *work)
{
	struct change *change = change_of(work);
	const struct disk_config *disk = added(change);

	if (disk->format == FORMAT_RAW)
		disk_files_add(&change->files, disk, change->config.uuid, &change->err);
	else
		start_storage(change, disk);
}

/* Devices of a busy guest do not change: its configuration is the one that change->config was made of. */
static int take_added(struct change *change)
{
	struct guest *guest = change->work.guest;
	const struct disk_config *disk = added(change);
	CLEANUP_FREE struct guest_config *before = alloc_zeroed(sizeof(*before));
	CLEANUP_JSON json_object *device = NULL;
	struct fd_list fds = { 0 };
	int result;

	*before = guest->config;
	guest->helpers[disk->slot] = change->helper;
	result = change->err.code || hotplug_check_state(guest, &change->err) ? -1 : 0;
	if (!result && change->helper)
		supervisor_watch(change->helper, guest->guests->loop);
	if (!result)
		result = resources_open_disk(guest, disk, &change->files, &fds, &device, &change->err);
	if (!result) {
		guest->config = change->config;
		result = hotplug_add(guest, before, device, &fds, &change->err);
	}
	fd_list_close(&fds);
	if (!result && change->helper)
		helper_connected(change->helper);
	return result;
}

static void added_is_open(struct work *work)
{
	struct change *change = change_of(work);

	change->result = take_added(change);
	if (change->result)
		end_helper(change, added(change)->slot);
	else
		change_done(change);
}

static int plan_disk(struct guest *guest, const char *spec, const char *cwd, struct change *change, struct error *err)
{
	struct guest_config *config = &change->config;
	struct disk_config *disk = &config->disk[config->disk_count];

	if (hotplug_check_state(guest, err))
		return -1;
	if (config->disk_count == CONFIG_DISKS)
		return hotplug_error_full("disk", CONFIG_DISKS, err);
	if (hotplug_take_spec(&config_disk_keys, spec, cwd, disk, err))
		return -1;
	config->disk_count++;
	return config_complete(config, err) || hotplug_check_slot(guest, disk->slot, err) ? -1 : 0;
}

void hotplug_add_disk(struct guest *guest, const char *spec, const char *cwd, hotplug_fn done, void *arg)
{
	struct change *change = change_new(guest, done, arg);

	if (plan_disk(guest, spec, cwd, change, &change->err)) {
		done(arg, -1, NULL, &change->err);
		free(change);
		return;
	}
	work_start(&change->work, guest->guests->loop, guest, open_added, added_is_open);
}

static int let_go(struct guest *guest, const char *vdev, bool force, struct change *change, struct error *err)
{
	const struct guest_config *config = &guest->config;
	uint32_t n = 0;

	if (hotplug_check_state(guest, err))
		return -1;
	while (n < config->disk_count && strcmp(config->disk[n].vdev, vdev + (*vdev == 'x')))
		n++;
	if (n == config->disk_count)
		return error_set(err, ERROR_NOT_FOUND,
				 "%s has no disk %.40s: run 'vimoctl block-list %s' to see its disks", config->name,
				 vdev, config->name);
	if (hotplug_remove(guest, config->disk[n].slot, force, err))
		return -1;
	strcpy(change->vdev, config->disk[n].vdev);
	change->helper = guest->helpers[config->disk[n].slot];
	end_helper(change, config->disk[n].slot);
	return 0;
}

void hotplug_remove_disk(struct guest *guest, const char *vdev, bool force, hotplug_fn done, void *arg)
{
	struct change *change = change_new(guest, done, arg);

	if (!let_go(guest, vdev, force, change, &change->err))
		return;
	done(arg, -1, NULL, &change->err);
	free(change);
}
