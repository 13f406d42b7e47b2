// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hotplug.c - add and take away disks and networks. A device is in the record before vimo-dm
 * has it and until vimo-dm has let it go: whoever dies in between, the next one finds it.
 */
#include "guest/hotplug.h"
#include "cleanup.h"
#include "config/spec.h"
#include "helper/slirp.h"
#include "helper/storage.h"
#include "helper/supervisor.h"
#include "host/disk.h"
#include "guest/life.h"
#include "log.h"

#include <string.h>
#include <strings.h>

static int check_state(const struct guest *guest, struct error *err)
{
	if (guest_is_up(guest))
		return 0;
	return error_set(err, ERROR_STATE, "%s is %s: only a guest that runs or is paused can be given or lose devices",
			 guest->config.name, guest_state_name(guest));
}

static int error_full(const char *what, uint32_t most, struct error *err)
{
	return error_set(err, ERROR_RESOURCES, "the guest has %u %ss already, as many as one can have: detach one",
			 most, what);
}

static int check_slot(const struct guest *guest, uint32_t slot, struct error *err)
{
	if (slot < guest->slots)
		return 0;
	return error_set(
		err, ERROR_RESOURCES,
		"%s has no spare slot left: detach a device, or destroy it and create it with a larger hotplug = N",
		guest->config.name);
}

/* Of a whole configuration: too much for a stack that others need, too. */
static struct guest_config *copy_config(const struct guest *guest)
{
	struct guest_config *copy = malloc(sizeof(*copy));

	if (!copy)
		abort();
	*copy = guest->config;
	return copy;
}

/* The string's values into @to, an element of a list. */
static int take_spec(const struct key_table *table, const char *spec, const char *cwd, void *to, struct error *err)
{
	CLEANUP_JSON json_object *json = config_spec(table, spec, cwd, err);

	return json ? keys_take(table, json, to, err) : -1;
}

/* A device model of which nobody knows what it did ends; the next one goes by the record. */
static int settle(struct guest *guest, int result, struct error *err)
{
	if (result && err->code == ERROR_UNREACHABLE) {
		err->code = ERROR_FAILED;
		dm_kill(&guest->dm);
	}
	return result;
}

/* With guest->config as it will be; as it was again when that fails. */
static int add_device(struct guest *guest, const struct guest_config *before, json_object *device,
		      const struct fd_list *fds, struct error *err)
{
	int result = guest_record(guest, err);

	if (!result)
		result = settle(guest, dm_add(guest->config.name, device, fds, err), err);
	if (!result) {
		guest_announce(guest);
		return 0;
	}
	guest->config = *before;
	if (guest_record(guest, &(struct error){ 0 }))
		log_warning("%s: its record has a device too many", guest->config.name);
	return -1;
}

/* A disk that is being attached or detached. */
struct change {
	uv_work_t work;
	struct guest *guest;
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
	struct change *change = calloc(1, sizeof(*change));

	if (!change)
		abort();
	change->work.data = change;
	change->guest = guest;
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
	guest_enter(guest, guest->state);
}

static void change_done(struct change *change)
{
	struct guest *guest = change->guest;
	const struct disk_config *disk = NULL;

	guest->busy = false;
	if (*change->vdev)
		forget_disk(guest, change->vdev);
	else if (!change->result)
		disk = &guest->config.disk[guest->config.disk_count - 1];
	change->done(change->arg, change->result, disk, &change->err);
	disk_files_close(&change->files);
	free(change);
	if (guest->state == GUEST_ENDING)
		guest_finish(guest, 0);
	else
		guest_go_on(guest);
}

static void stop_helper(uv_work_t *work)
{
	struct change *change = work->data;

	helpers_stop_one(change->helper);
}

static void helper_stopped(uv_work_t *work, int status)
{
	(void)status;
	change_done(work->data);
}

/* What served the disk ends, which takes as long as its server does. */
static void end_helper(struct change *change, uint32_t slot)
{
	struct guest *guest = change->guest;

	if (!change->helper) {
		change_done(change);
		return;
	}
	supervisor_unwatch(change->helper);
	guest->helpers[slot] = NULL;
	guest->busy = true;
	uv_queue_work(guest->daemon->loop, &change->work, stop_helper, helper_stopped);
}

static struct disk_config *added(struct change *change)
{
	return &change->config.disk[change->config.disk_count - 1];
}

static void start_storage(struct change *change, const struct disk_config *disk)
{
	bool direct;
	int fd;

	/* For a better reason than it would give. */
	if (disk->format != FORMAT_NBD) {
		fd = disk_open(disk, &direct, &change->err);
		if (fd < 0)
			return;
		close(fd);
	}
	change->helper = storage_new(change->config.name, disk);
	helper_start(change->helper, &change->err);
}

static void open_added(uv_work_t *work)
{
	struct change *change = work->data;
	const struct disk_config *disk = added(change);

	if (disk->format == FORMAT_RAW)
		disk_files_add(&change->files, disk, change->config.uuid, &change->err);
	else
		start_storage(change, disk);
}

/* Nobody else changes devices of a busy guest: its configuration is as it was. */
static int take_added(struct change *change)
{
	struct guest *guest = change->guest;
	const struct disk_config *disk = added(change);
	CLEANUP_FREE struct guest_config *before = copy_config(guest);
	CLEANUP_JSON json_object *device = NULL;
	struct fd_list fds = { 0 };
	int result;

	guest->helpers[disk->slot] = change->helper;
	result = change->err.code || check_state(guest, &change->err) ? -1 : 0;
	if (!result && change->helper)
		supervisor_watch(change->helper, guest->daemon->loop);
	if (!result)
		result =
			devices_open_disk(disk, change->helper, guest->fd, &change->files, &fds, &device, &change->err);
	if (!result) {
		guest->config = change->config;
		result = add_device(guest, before, device, &fds, &change->err);
	}
	fd_list_close(&fds);
	if (!result && change->helper)
		helper_connected(change->helper);
	return result;
}

static void added_is_open(uv_work_t *work, int status)
{
	struct change *change = work->data;

	(void)status;
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

	if (check_state(guest, err))
		return -1;
	if (config->disk_count == CONFIG_DISKS)
		return error_full("disk", CONFIG_DISKS, err);
	if (take_spec(&config_disk_keys, spec, cwd, disk, err))
		return -1;
	config->disk_count++;
	return config_complete(config, err) || check_slot(guest, disk->slot, err) ? -1 : 0;
}

void hotplug_add_disk(struct guest *guest, const char *spec, const char *cwd, hotplug_fn done, void *arg)
{
	struct change *change = change_new(guest, done, arg);

	if (plan_disk(guest, spec, cwd, change, &change->err)) {
		done(arg, -1, NULL, &change->err);
		free(change);
		return;
	}
	guest->busy = true;
	uv_queue_work(guest->daemon->loop, &change->work, open_added, added_is_open);
}

static void drop_helper(struct guest *guest, uint32_t slot)
{
	if (guest->helpers[slot])
		supervisor_unwatch(guest->helpers[slot]);
	helpers_stop_one(guest->helpers[slot]);
	guest->helpers[slot] = NULL;
}

const struct vif_config *hotplug_add_vif(struct guest *guest, const char *spec, struct error *err)
{
	CLEANUP_FREE struct guest_config *config = copy_config(guest), *before = copy_config(guest);
	struct vif_config *vif = &config->vif[config->vif_count];
	CLEANUP_JSON json_object *device = NULL;
	struct fd_list fds = { 0 };
	int result;

	if (check_state(guest, err))
		return NULL;
	if (config->vif_count == CONFIG_VIFS) {
		error_full("network", CONFIG_VIFS, err);
		return NULL;
	}
	if (take_spec(&config_vif_keys, spec, "/", vif, err))
		return NULL;
	config->vif_count++;
	if (config_complete(config, err) || check_slot(guest, vif->slot, err))
		return NULL;
	if (devices_check_vif(vif, err))
		return NULL;
	if (vif->backend == VIF_USER)
		guest->helpers[vif->slot] = slirp_new(config->name, vif);
	result = devices_open_vif(vif,
				  &(struct device_sources){ .domain = guest->domain,
							    .domain_fd = guest->fd,
							    .taps = guest->taps,
							    .helpers = guest->helpers },
				  &fds, &device, err);
	if (!result) {
		guest->config = *config;
		result = add_device(guest, before, device, &fds, err);
	}
	fd_list_close(&fds);
	if (!result && guest->helpers[vif->slot]) {
		helper_connected(guest->helpers[vif->slot]);
		supervisor_watch(guest->helpers[vif->slot], guest->daemon->loop);
	}
	if (!result)
		return &guest->config.vif[guest->config.vif_count - 1];
	drop_helper(guest, vif->slot);
	vif_close(&guest->taps[vif->slot]);
	return NULL;
}

static int let_go(struct guest *guest, const char *vdev, bool force, struct change *change, struct error *err)
{
	const struct guest_config *config = &guest->config;
	uint32_t n = 0;

	if (check_state(guest, err))
		return -1;
	while (n < config->disk_count && strcmp(config->disk[n].vdev, vdev + (*vdev == 'x')))
		n++;
	if (n == config->disk_count)
		return error_set(err, ERROR_NOT_FOUND, "%s has no disk %.40s: vimoctl block-list %s shows its disks",
				 config->name, vdev, config->name);
	if (settle(guest, dm_remove(config->name, config->disk[n].slot, force, err), err))
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

/* Return: the index of the network that is meant, or their number. */
static uint32_t find_vif(const struct guest_config *config, const char *which)
{
	char *end;
	unsigned long index = strtoul(which, &end, 10);

	if (*which >= '0' && *which <= '9' && !*end)
		return index < config->vif_count ? (uint32_t)index : config->vif_count;
	for (uint32_t n = 0; n < config->vif_count; n++)
		if (!strcasecmp(config->vif[n].mac, which))
			return n;
	return config->vif_count;
}

int hotplug_remove_vif(struct guest *guest, const char *which, bool force, struct error *err)
{
	struct guest_config *config = &guest->config;
	uint32_t n = find_vif(config, which), slot;

	if (check_state(guest, err))
		return -1;
	if (n == config->vif_count)
		return error_set(err, ERROR_NOT_FOUND, "%s has no network %.40s: vimoctl network-list %s shows them",
				 config->name, which, config->name);
	slot = config->vif[n].slot;
	if (settle(guest, dm_remove(config->name, slot, force, err), err))
		return -1;
	drop_helper(guest, slot);
	vif_close(&guest->taps[slot]);
	config->vif_count--;
	memmove(&config->vif[n], &config->vif[n + 1], (config->vif_count - n) * sizeof(config->vif[0]));
	guest_enter(guest, guest->state);
	return 0;
}
