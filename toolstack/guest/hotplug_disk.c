// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hotplug_disk.c - attach and detach disks.
 */
#include "guest/hotplug_disk.h"
#include "base/user.h"
#include "guest/resources.h"
#include "helper/storage.h"
#include "host/disk.h"

#include <string.h>
#include <unistd.h>

static struct disk_config *added(struct hotplug *change)
{
	return &change->config.disk[change->config.disk_count - 1];
}

static void start_storage(struct hotplug *change, struct disk_config *disk)
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
	change->helper = storage_new(change->config.name, user_of(change->work.guest->domain), disk);
	change->helper->guest_bytes = change->config.memory_bytes;
	if (!helper_start(change->helper, &change->err))
		strcpy(disk->backing, change->helper->config.disk.backing); /* for the record */
}

static void prepare(struct hotplug *change)
{
	struct disk_config *disk = added(change);

	if (disk->format == FORMAT_RAW)
		disk_files_add(&change->files, disk, change->config.uuid, &change->err);
	else
		start_storage(change, disk);
}

static int open_disk(struct hotplug *change, struct fd_list *fds, json_object **device, struct error *err)
{
	return resources_open_disk(change->work.guest, added(change), &change->files, fds, device, err);
}

static void forget(struct guest_config *config, uint32_t slot)
{
	uint32_t n = 0;

	while (config->disk[n].slot != slot)
		n++;
	config->disk_count--;
	memmove(&config->disk[n], &config->disk[n + 1], (config->disk_count - n) * sizeof(config->disk[0]));
}

static const struct hotplug_kind disks = { .prepare = prepare, .open = open_disk, .forget = forget };

static int plan(struct hotplug *change, const char *spec, const char *cwd)
{
	struct guest *guest = change->work.guest;
	struct guest_config *config = &change->config;

	if (hotplug_check_state(guest, &change->err))
		return -1;
	if (config->disk_count == CONFIG_DISKS)
		return hotplug_error_full("disk", CONFIG_DISKS, &change->err);
	if (hotplug_plan(change, &config_disk_keys, spec, cwd, &config->disk[config->disk_count], &config->disk_count))
		return -1;
	return hotplug_check_slot(guest, added(change)->slot, &change->err);
}

void hotplug_add_disk(struct guest *guest, const char *spec, const char *cwd, hotplug_fn done, void *arg)
{
	struct hotplug *change = hotplug_new(guest, &disks, done, arg);

	if (plan(change, spec, cwd))
		hotplug_fail(change);
	else
		hotplug_attach(change, added(change)->slot);
}

const struct disk_config *hotplug_find_disk(const struct guest *guest, const char *vdev, struct error *err)
{
	const struct guest_config *config = &guest->config;

	if (hotplug_check_state(guest, err))
		return NULL;
	for (uint32_t n = 0; n < config->disk_count; n++)
		if (!strcmp(config->disk[n].vdev, vdev + (*vdev == 'x')))
			return &config->disk[n];
	error_set(err, ERROR_NOT_FOUND, "%s has no disk %.40s: run 'vimoctl block-list %s' to see its disks",
		  config->name, vdev, config->name);
	return NULL;
}

void hotplug_remove_disk(struct guest *guest, const char *vdev, bool force, hotplug_fn done, void *arg)
{
	struct hotplug *change = hotplug_new(guest, &disks, done, arg);
	const struct disk_config *disk = hotplug_find_disk(guest, vdev, &change->err);

	if (disk)
		hotplug_detach(change, disk->slot, force);
	else
		hotplug_fail(change);
}
