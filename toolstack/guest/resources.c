// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * resources.c - open a guest's devices, and describe them for vimo-dm.
 */
#include "guest/resources.h"
#include "cleanup.h"
#include "device.h"
#include "dm/files.h"
#include "dm/request.h"
#include "dm_files.h"
#include "helper/folder.h"
#include "helper/supervisor.h"
#include "helper/switches.h"
#include "host/channel.h"
#include "host/vsock.h"
#include "json.h"
#include "log.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* By slot; the types are vimo-dm's. */
static const char *const always[] = { "console", "input", "rng" };
#define ALWAYS (sizeof(always) / sizeof(always[0]))
static_assert(ALWAYS == CONFIG_SLOT_VSOCK && CONFIG_SLOT_VSOCK < CONFIG_SLOT_FIRST, "others follow");

/* vimo-dm gets files and a console's, a vsock, a listener for each channel, two for each disk and three for each
 * folder, a pair for each of a network's queues. */
static_assert(6 + 3 + 1 + CONFIG_CHANNELS + CONFIG_DISKS * 2 + CONFIG_VIFS * DM_DEVICE_FDS + CONFIG_FS * 3 <=
		      FD_LIST_MAX,
	      "fd_list has room");
static_assert(CONFIG_SLOTS <= DM_STATUS_SLOTS, "the status has each slot");

static json_object *describe(const char *type, uint32_t slot, uint32_t fds)
{
	json_object *device = json_object_new_object();

	json_put_string(device, "type", type);
	json_put_number(device, "slot", slot);
	json_put_number(device, "fds", fds);
	return device;
}

static int open_helper(struct helper *helper, int domain_fd, struct fd_list *fds, struct error *err)
{
	int memory = domain_memory(domain_fd, err);
	int connection = memory < 0 ? -1 : supervisor_connect(helper, err);

	if (connection >= 0)
		fd_list_add(fds, connection);
	if (memory >= 0)
		fd_list_add(fds, memory);
	return connection < 0 ? -1 : 0;
}

int resources_open_disk(const struct guest *guest, const struct disk_config *disk, struct disk_files *files,
			struct fd_list *fds, json_object **device, struct error *err)
{
	struct helper *helper = guest->helpers[disk->slot];
	uint32_t before = fds->count;

	if (helper && open_helper(helper, guest->fd, fds, err))
		return -1;
	if (!helper) {
		fd_list_add(fds, files->fd[disk->slot]);
		if (files->cached[disk->slot] >= 0)
			fd_list_add(fds, files->cached[disk->slot]);
		files->fd[disk->slot] = files->cached[disk->slot] = -1;
	}
	*device = describe("block", disk->slot, fds->count - before);
	if (helper)
		json_put_string(*device, "backend", "vhost-user");
	json_object_object_add(*device, "readonly", json_object_new_boolean(disk->access == ACCESS_RO));
	json_put_string(*device, "serial", disk->serial);
	json_put_number(*device, "queues", disk->queues);
	json_put_number(*device, "iops", disk->iops);
	json_put_number(*device, "bytes_per_second", (int64_t)disk->bytes_per_second);
	json_put_string(*device, "on_io_error", disk->on_io_error == IO_ERROR_STOP ? "stop" : "report");
	json_object_object_add(*device, "packed", json_object_new_boolean(disk->packed));
	return 0;
}

/* Return: how many are open: one for each pair of queues, or none with vhost = false or without the kernel's module. */
static uint32_t open_vhost(const struct vif_config *vif, const char *name, int *fd)
{
	uint32_t count = 0;

	while (vif->vhost && count < vif->queues) {
		fd[count] = vif_vhost();
		if (fd[count] >= 0) {
			count++;
			continue;
		}
		log_warning(
			"%s: vhost-net cannot be opened (%s): vimo-dm moves its packets; modprobe vhost_net for speed",
			name, strerror(errno));
		while (count)
			close(fd[--count]);
		break;
	}
	return count;
}

static json_object *describe_vif(const struct vif_config *vif, const char *backend, uint32_t pairs, uint32_t fds)
{
	json_object *device = describe("net", vif->slot, fds);

	json_put_string(device, "backend", backend);
	json_put_number(device, "pairs", pairs);
	json_put_string(device, "mac", vif->mac);
	json_put_number(device, "mtu", vif->mtu);
	json_object_object_add(device, "packed", json_object_new_boolean(vif->packed));
	return device;
}

static int open_user(const struct vif_config *vif, struct helper *helper, struct fd_list *fds, json_object **device,
		     struct error *err)
{
	int connection = supervisor_connect(helper, err);

	if (connection < 0)
		return -1;
	fd_list_add(fds, connection);
	*device = describe_vif(vif, "user", 1, 1);
	return 0;
}

static int open_switch(const struct vif_config *vif, int domain_fd, struct fd_list *fds, json_object **device,
		       struct error *err)
{
	int memory = domain_memory(domain_fd, err), connection;
	struct error why;

	if (memory < 0)
		return -1;
	fd_list_add(fds, memory);
	/* Without a switch the guest runs on, and its link is down until vimod has connected it. */
	connection = switch_connect(vif, &why);
	if (connection >= 0)
		fd_list_add(fds, connection);
	*device = describe_vif(vif, "vhost-user", vif->queues, connection >= 0 ? 2 : 1);
	return 0;
}

int resources_open_vif(struct guest *guest, struct vif_config *vif, struct fd_list *fds, json_object **device,
		       struct error *err)
{
	struct vif_taps *taps = &guest->taps[vif->slot];
	int vhost[CONFIG_QUEUES];
	char name[IFNAMSIZ];
	uint32_t vhosts;

	if (vif->backend == VIF_VHOST_USER)
		return open_switch(vif, guest->fd, fds, device, err);
	if (vif->backend == VIF_USER)
		return open_user(vif, guest->helpers[vif->slot], fds, device, err);
	vif_name(vif, guest->domain, name);
	if (vif_is_lost(taps, name))
		vif_close(taps);
	if (!taps->count && vif_open(vif, name, taps, err))
		return -1;
	vhosts = open_vhost(vif, name, vhost);
	for (uint32_t n = 0; n < taps->count; n++) {
		int copy = fcntl(taps->fd[n], F_DUPFD_CLOEXEC, 0);

		if (copy >= 0)
			fd_list_add(fds, copy);
		if (n < vhosts)
			fd_list_add(fds, vhost[n]);
		if (copy < 0) { /* the caller closes the list */
			while (++n < vhosts)
				close(vhost[n]);
			return error_set(err, ERROR_RESOURCES, "interface %s: %s", name, strerror(errno));
		}
	}
	*device = describe_vif(vif, vhosts ? "vhost" : "tap", taps->count, taps->count + vhosts);
	return 0;
}

static int open_vsock(uint32_t cid, struct fd_list *fds, json_object **device, struct error *err)
{
	int fd = vsock_open(cid, err);

	if (fd < 0)
		return -1;
	fd_list_add(fds, fd);
	*device = describe("vsock", CONFIG_SLOT_VSOCK, 1);
	json_put_number(*device, "cid", cid);
	return 0;
}

static int open_folder(const struct guest *guest, const struct fs_config *folder, struct fd_list *fds,
		       json_object **device, struct error *err)
{
	char hidden[FOLDER_HIDDEN_BYTES];

	if (open_helper(guest->helpers[folder->slot], guest->fd, fds, err) ||
	    dm_files_folder(guest->config.name, folder->slot, fds, err))
		return -1;
	*device = describe("fs", folder->slot, 3);
	json_put_string(*device, "tag", folder->tag);
	folder_hidden(guest->config.name, folder->slot, hidden);
	json_put_string(*device, "hidden", hidden);
	return 0;
}

static int open_channels(const struct guest_config *config, struct fd_list *fds, json_object **device,
			 struct error *err)
{
	json_object *names;

	if (channels_link(config, err))
		return -1;
	for (uint32_t n = 0; n < config->channel_count; n++)
		if (dm_files_channel(config, n, fds, err))
			return -1;
	names = json_object_new_array();
	for (uint32_t n = 0; n < config->channel_count; n++)
		json_object_array_add(names, json_object_new_string(config->channel[n].name));
	*device = describe("channels", config->channel_slot, config->channel_count);
	json_object_object_add(*device, "names", names);
	return 0;
}

/* The devices that every guest has. */
static int open_always(const struct guest *guest, json_object *devices, struct fd_list *fds, struct error *err)
{
	for (uint32_t slot = 0; slot < ALWAYS; slot++) {
		uint32_t before = fds->count;
		json_object *device;

		if (!strcmp(always[slot], "console") && dm_files_console(guest->config.name, fds, err))
			return -1;
		device = describe(always[slot], slot, fds->count - before);
		if (!strcmp(always[slot], "rng"))
			json_put_number(device, "bytes_per_second", (int64_t)guest->config.rng_bytes_per_second);
		json_object_array_add(devices, device);
	}
	return 0;
}

/* Return: the description, without devices, or NULL. */
static json_object *describe_guest(const struct guest *guest, struct fd_list *fds, struct error *err)
{
	json_object *files = dm_files_open(guest->config.name, fds, err), *json;

	if (!files)
		return NULL;
	json = json_object_new_object();
	json_put_number(json, "version", DM_DESCRIPTION_VERSION);
	json_put_number(json, "slots", guest->slots);
	json_object_object_add(json, "files", files);
	return json;
}

json_object *resources_open(struct guest *guest, struct disk_files *files, struct fd_list *fds, struct error *err)
{
	CLEANUP_JSON json_object *json = describe_guest(guest, fds, err);
	json_object *devices, *device = NULL;
	struct guest_config *config = &guest->config;

	if (!json)
		return NULL;
	devices = json_object_new_array();
	json_object_object_add(json, "devices", devices);
	if (open_always(guest, devices, fds, err))
		return NULL;
	if (config->vsock_cid) {
		if (open_vsock(config->vsock_cid, fds, &device, err))
			return NULL;
		json_object_array_add(devices, device);
	}
	if (config->channel_count) {
		if (open_channels(config, fds, &device, err))
			return NULL;
		json_object_array_add(devices, device);
	}
	for (uint32_t n = 0; n < config->disk_count; n++) {
		if (resources_open_disk(guest, &config->disk[n], files, fds, &device, err))
			return NULL;
		json_object_array_add(devices, device);
	}
	for (uint32_t n = 0; n < config->vif_count; n++) {
		if (resources_open_vif(guest, &config->vif[n], fds, &device, err))
			return NULL;
		json_object_array_add(devices, device);
	}
	for (uint32_t n = 0; n < config->fs_count; n++) {
		if (open_folder(guest, &config->fs[n], fds, &device, err))
			return NULL;
		json_object_array_add(devices, device);
	}
	return json_object_get(json);
}
