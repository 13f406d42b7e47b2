// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complete.c - values that guest.cfg leaves open of devices, and checks across keys and devices.
 */
#include "config/complete.h"
#include "config/nbd.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static_assert(CONFIG_DISKS + CONFIG_VIFS + CONFIG_FS <= CONFIG_SLOTS - CONFIG_SLOT_FIRST, "a slot for each");
#define USER_MTU 1500u
#define USER_MTU_MAX 65521u /* libslirp's */

/* Slots below CONFIG_SLOT_FIRST have fixed devices. */
struct slots {
	bool taken[CONFIG_SLOTS];
};

static uint32_t slot_free(struct slots *slots)
{
	uint32_t slot = CONFIG_SLOT_FIRST;

	while (slots->taken[slot]) /* check_count() has seen to a free one */
		slot++;
	slots->taken[slot] = true;
	return slot;
}

static int slot_claim(struct slots *slots, uint32_t slot, const char *key, struct error *err)
{
	if (slot && slots->taken[slot]) {
		return error_key(err, ERROR_FAILED, key,
				 "slot = %u is given to two devices: remove it from one of them", slot);
	}
	slots->taken[slot] = slot != 0;
	return 0;
}

static struct disk_config *disk_of(struct guest_config *config, const char *vdev)
{
	for (uint32_t n = 0; n < config->disk_count; n++)
		if (!strcmp(config->disk[n].vdev, vdev))
			return &config->disk[n];
	return NULL;
}

static int complete_vdevs(struct guest_config *config, struct error *err)
{
	for (uint32_t n = 0; n < config->disk_count; n++) {
		struct disk_config *disk = &config->disk[n];

		if (*disk->vdev == 'x')
			memmove(disk->vdev, disk->vdev + 1, strlen(disk->vdev));
		if (!*disk->vdev || disk_of(config, disk->vdev) == disk)
			continue;
		return error_key(err, ERROR_FAILED, "disk",
				 "disk %u: vdev = %s is another disk's, too: give each disk its own", n + 1,
				 disk->vdev);
	}
	for (uint32_t n = 0; n < config->disk_count; n++) {
		char vdev[] = "vda";

		if (*config->disk[n].vdev)
			continue;
		while (disk_of(config, vdev))
			vdev[2]++;
		strcpy(config->disk[n].vdev, vdev);
	}
	return 0;
}

/* An NBD server hides the format of its image. */
static int complete_formats(struct guest_config *config, struct error *err)
{
	for (uint32_t n = 0; n < config->disk_count; n++) {
		struct disk_config *disk = &config->disk[n];
		bool uri = nbd_is_uri(disk->target);

		if (uri && disk->format == FORMAT_RAW)
			disk->format = FORMAT_NBD;
		if (*disk->backing && (disk->format == FORMAT_RAW || disk->format == FORMAT_NBD))
			return error_key(
				err, ERROR_FAILED, "disk",
				"disk %u: backing is not possible with format = %s, which names no other image: "
				"remove it",
				n + 1, format_names[disk->format]);
		if (uri == (disk->format == FORMAT_NBD))
			continue;
		return error_key(
			err, ERROR_FAILED, "disk",
			uri ? "disk %u: format = %s is not possible for an NBD server, which hides its image's format: remove it" :
			      "disk %u: format = %s needs an NBD server: write target=nbd://ADDRESS/EXPORT",
			n + 1, format_names[disk->format]);
	}
	return 0;
}

/* At most as long as VirtIO allows: 16 digits of the uuid, and the vdev. */
static void make_serial(const char *uuid, struct disk_config *disk)
{
	char *to = disk->serial;

	for (; to < disk->serial + 16; uuid++)
		if (*uuid != '-')
			*to++ = *uuid;
	snprintf(to, 5, "-%s", disk->vdev);
}

/* FNV-1a: the hash need not be strong; two guests of one bridge must differ. */
static void make_mac(const char *uuid, uint32_t index, char *mac)
{
	uint32_t hash = 2166136261u;

	for (; *uuid; uuid++)
		hash = (hash ^ (unsigned char)tolower((unsigned char)*uuid)) * 16777619u;
	hash = (hash ^ index) * 16777619u;
	hash ^= hash >> 24;
	snprintf(mac, 18, "52:54:00:%02x:%02x:%02x", hash >> 16 & 0xff, hash >> 8 & 0xff, hash & 0xff);
}

static bool mac_taken(const struct guest_config *config, const struct vif_config *vif)
{
	for (uint32_t n = 0; n < config->vif_count; n++)
		if (&config->vif[n] != vif && !strcmp(config->vif[n].mac, vif->mac))
			return true;
	return false;
}

static int error_vif(uint32_t n, const char *key, const char *why, struct error *err)
{
	return error_key(err, ERROR_FAILED, "vif", "vif %u: %s %s", n + 1, key, why);
}

#define GOES_WITH(backend) (1u << (backend))

/* Keys that only some back ends accept, and keys that a back end needs. */
static int check_backend(const struct vif_config *vif, uint32_t n, struct error *err)
{
	const struct {
		const char *name;
		bool given;
		unsigned int with;
	} keys[] = {
		{ "bridge", *vif->bridge, GOES_WITH(VIF_BRIDGE) },
		{ "vifname", *vif->vifname, GOES_WITH(VIF_BRIDGE) },
		{ "rate", *vif->rate, GOES_WITH(VIF_BRIDGE) },
		{ "receive_rate", *vif->receive_rate, GOES_WITH(VIF_BRIDGE) },
		{ "queues", vif->queues > 1, GOES_WITH(VIF_BRIDGE) | GOES_WITH(VIF_VHOST_USER) },
		{ "mtu above 65521", vif->mtu > USER_MTU_MAX, GOES_WITH(VIF_BRIDGE) | GOES_WITH(VIF_VHOST_USER) },
		{ "packed", vif->packed, GOES_WITH(VIF_BRIDGE) | GOES_WITH(VIF_USER) },
		{ "hostfwd", *vif->hostfwd, GOES_WITH(VIF_USER) },
		{ "host_loopback", vif->host_loopback, GOES_WITH(VIF_USER) },
		{ "socket", *vif->socket, GOES_WITH(VIF_VHOST_USER) },
	};

	for (size_t key = 0; key < sizeof(keys) / sizeof(keys[0]); key++) {
		if (!keys[key].given || keys[key].with & GOES_WITH(vif->backend))
			continue;
		return error_key(err, ERROR_FAILED, "vif", "vif %u: %s is not possible with backend=%s: remove it",
				 n + 1, keys[key].name, vif_backend_names[vif->backend]);
	}
	if (vif->backend == VIF_BRIDGE && !*vif->bridge)
		return error_vif(n, "key \"bridge\"",
				 "is missing: add bridge=br0, or backend=user for a network without one", err);
	if (vif->backend == VIF_BRIDGE && vif->packed && vif->vhost)
		return error_vif(n, "packed", "is not possible while dom0's kernel moves the packets: add vhost=false",
				 err);
	if (vif->backend == VIF_VHOST_USER && !*vif->socket)
		return error_vif(n, "key \"socket\"", "is missing: add socket=PATH, where the switch listens", err);
	return 0;
}

static int check_backends(const struct guest_config *config, struct error *err)
{
	for (uint32_t n = 0; n < config->vif_count; n++)
		if (check_backend(&config->vif[n], n, err))
			return -1;
	return 0;
}

static int complete_names(struct guest_config *config, struct error *err)
{
	for (uint32_t n = 0; n < config->vif_count; n++) {
		struct vif_config *vif = &config->vif[n];

		for (char *c = vif->mac; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (*vif->mac && mac_taken(config, vif)) {
			return error_key(err, ERROR_FAILED, "vif",
					 "vif %u: mac = %s is another network's, too: give each network its own", n + 1,
					 vif->mac);
		}
		for (uint32_t other = 0; other < n && *vif->vifname; other++) {
			if (strcmp(config->vif[other].vifname, vif->vifname))
				continue;
			return error_key(err, ERROR_FAILED, "vif",
					 "vif %u: vifname = %s is another network's, too: give each network its own",
					 n + 1, vif->vifname);
		}
	}
	for (uint32_t n = 0; n < config->vif_count; n++) {
		struct vif_config *vif = &config->vif[n];

		for (uint32_t index = n; !*vif->mac || mac_taken(config, vif); index += CONFIG_VIFS)
			make_mac(config->uuid, index, vif->mac);
	}
	return 0;
}

static int check_tags(const struct guest_config *config, struct error *err)
{
	for (uint32_t n = 0; n < config->fs_count; n++)
		for (uint32_t other = 0; other < n; other++) {
			if (strcmp(config->fs[n].tag, config->fs[other].tag))
				continue;
			return error_key(err, ERROR_FAILED, "fs",
					 "fs %u: tag = %s is another folder's, too: give each folder its own", n + 1,
					 config->fs[n].tag);
		}
	return 0;
}

/* The slot of device @n of all devices; 0: not given yet. Return: NULL after the last device. */
static const uint32_t *slot_of(const struct guest_config *config, uint32_t n, const char **key)
{
	*key = "disk";
	if (n < config->disk_count)
		return &config->disk[n].slot;
	n -= config->disk_count;
	*key = "vif";
	if (n < config->vif_count)
		return &config->vif[n].slot;
	n -= config->vif_count;
	*key = "fs";
	if (n < config->fs_count)
		return &config->fs[n].slot;
	*key = "channel_slot";
	return n == config->fs_count ? &config->channel_slot : NULL;
}

static int claim_slots(struct slots *slots, const struct guest_config *config, struct error *err)
{
	const uint32_t *slot;
	const char *key;

	for (uint32_t n = 0; (slot = slot_of(config, n, &key)); n++)
		if (slot_claim(slots, *slot, key, err))
			return -1;
	return 0;
}

/* Channels keep their order, which is that of their ports. */
static int check_channels(struct guest_config *config, struct error *err)
{
	for (uint32_t n = 0; n < config->channel_count; n++) {
		const struct channel_config *channel = &config->channel[n];

		for (uint32_t other = 0; other < n; other++) {
			const struct channel_config *before = &config->channel[other];
			bool same = !strcmp(before->name, channel->name);

			if (!same && (!*channel->path || strcmp(before->path, channel->path)))
				continue;
			return error_key(err, ERROR_FAILED, "channel",
					 "channel %u: %s = %s is another channel's, too: give each channel its own",
					 n + 1, same ? "name" : "path", same ? channel->name : channel->path);
		}
	}
	if (!config->channel_count)
		config->channel_slot = 0;
	return 0;
}

static int check_count(const struct guest_config *config, struct error *err)
{
	if (config->disk_count + config->vif_count + config->fs_count + !!config->channel_count <=
	    CONFIG_SLOTS - CONFIG_SLOT_FIRST)
		return 0;
	return error_key(err, ERROR_RESOURCES, "channel",
			 "a guest has %u slots for disks, networks, folders and channels: remove a device",
			 CONFIG_SLOTS - CONFIG_SLOT_FIRST);
}

int config_complete(struct guest_config *config, struct error *err)
{
	struct slots slots = { 0 };
	char vdev[] = "vda";

	if (complete_formats(config, err) || complete_vdevs(config, err) || check_backends(config, err) ||
	    complete_names(config, err) || check_tags(config, err) || check_channels(config, err) ||
	    check_count(config, err) || claim_slots(&slots, config, err))
		return -1;
	for (uint32_t n = 0; n < config->disk_count; n++)
		if (!*config->disk[n].serial)
			make_serial(config->uuid, &config->disk[n]);
	/* Guests name disks in the order of their slots. */
	for (uint32_t n = 0; n < CONFIG_DISKS; n++, vdev[2]++) {
		struct disk_config *disk = disk_of(config, vdev);

		if (disk && !disk->slot)
			disk->slot = slot_free(&slots);
	}
	for (uint32_t n = 0; n < config->vif_count; n++) {
		struct vif_config *vif = &config->vif[n];

		if (!vif->slot)
			vif->slot = slot_free(&slots);
		if (vif->backend == VIF_USER && !vif->mtu)
			vif->mtu = USER_MTU;
	}
	for (uint32_t n = 0; n < config->fs_count; n++)
		if (!config->fs[n].slot)
			config->fs[n].slot = slot_free(&slots);
	if (config->channel_count && !config->channel_slot)
		config->channel_slot = slot_free(&slots);
	return 0;
}

uint32_t config_slots_used(const struct guest_config *config)
{
	uint32_t slots = CONFIG_SLOT_FIRST;
	const uint32_t *slot;
	const char *key;

	for (uint32_t n = 0; (slot = slot_of(config, n, &key)); n++)
		slots = *slot >= slots ? *slot + 1 : slots;
	return slots;
}

uint32_t config_slots(const struct guest_config *config)
{
	uint32_t slots = config_slots_used(config);

	return slots + config->hotplug < CONFIG_SLOTS ? slots + config->hotplug : CONFIG_SLOTS;
}
