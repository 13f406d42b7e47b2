// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * complete.c - values that guest.cfg leaves open of devices, and checks across keys and devices.
 */
#include "config/complete.h"
#include "config/nbd.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static_assert(CONFIG_DISKS + CONFIG_VIFS + CONFIG_FS <= CONFIG_SLOTS - CONFIG_SLOT_FIRST, "a slot for each");
#define USER_MTU 1500u
#define USER_MTU_MAX 65521u /* libslirp's */

/* Slots below CONFIG_SLOT_FIRST have fixed devices. */
struct slots {
	bool taken[CONFIG_SLOTS];
};

/* What the checks share. */
struct checks {
	struct guest_config *config;
	struct slots slots;
	complete_report_fn report;
	void *arg;
	bool failed;
};

static void __attribute__((format(printf, 4, 5)))
report(struct checks *checks, const char *key, int index, const char *format, ...)
{
	char text[512];
	struct error err;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error_key(&err, ERROR_FAILED, key, "%s", text);
	checks->failed = true;
	checks->report(checks->arg, index, &err);
}

static uint32_t slot_free(struct slots *slots)
{
	uint32_t slot = CONFIG_SLOT_FIRST;

	while (slots->taken[slot]) /* check_count() has seen to a free one */
		slot++;
	slots->taken[slot] = true;
	return slot;
}

static struct disk_config *disk_of(struct guest_config *config, const char *vdev)
{
	for (uint32_t n = 0; n < config->disk_count; n++)
		if (!strcmp(config->disk[n].vdev, vdev))
			return &config->disk[n];
	return NULL;
}

static void complete_vdevs(struct checks *checks)
{
	struct guest_config *config = checks->config;

	for (uint32_t n = 0; n < config->disk_count; n++) {
		struct disk_config *disk = &config->disk[n];

		if (*disk->vdev == 'x')
			memmove(disk->vdev, disk->vdev + 1, strlen(disk->vdev));
		if (*disk->vdev && disk_of(config, disk->vdev) != disk)
			report(checks, "disk", (int)n, "vdev = %s is another disk's, too: give each disk its own",
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
}

/* An NBD server hides the format of its image. */
static void complete_formats(struct checks *checks)
{
	for (uint32_t n = 0; n < checks->config->disk_count; n++) {
		struct disk_config *disk = &checks->config->disk[n];
		bool uri = nbd_is_uri(disk->target);

		if (uri && disk->format == FORMAT_RAW)
			disk->format = FORMAT_NBD;
		if (*disk->backing && (disk->format == FORMAT_RAW || disk->format == FORMAT_NBD))
			report(checks, "disk", (int)n,
			       "backing is not possible with format = %s, which names no other image: remove it",
			       format_names[disk->format]);
		if (uri == (disk->format == FORMAT_NBD))
			continue;
		report(checks, "disk", (int)n,
		       uri ? "format = %s is not possible for an NBD server, which hides its image's format: remove it" :
			     "format = %s needs an NBD server: write target=nbd://ADDRESS/EXPORT",
		       format_names[disk->format]);
	}
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

#define GOES_WITH(backend) (1u << (backend))

/* Keys that only some back ends accept, and keys that a back end needs. */
static void check_backend(struct checks *checks, int n)
{
	const struct vif_config *vif = &checks->config->vif[n];
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

	for (size_t key = 0; key < sizeof(keys) / sizeof(keys[0]); key++)
		if (keys[key].given && !(keys[key].with & GOES_WITH(vif->backend)))
			report(checks, "vif", n, "%s is not possible with backend=%s: remove it", keys[key].name,
			       vif_backend_names[vif->backend]);
	if (vif->backend == VIF_BRIDGE && !*vif->bridge)
		report(checks, "vif", n,
		       "key \"bridge\" is missing: add bridge=br0, or backend=user for a network without one");
	if (vif->backend == VIF_BRIDGE && vif->packed && vif->vhost)
		report(checks, "vif", n,
		       "packed is not possible while dom0's kernel moves the packets: add vhost=false");
	if (vif->backend == VIF_VHOST_USER && !*vif->socket)
		report(checks, "vif", n, "key \"socket\" is missing: add socket=PATH, where the switch listens");
}

static void check_backends(struct checks *checks)
{
	for (uint32_t n = 0; n < checks->config->vif_count; n++)
		check_backend(checks, (int)n);
}

static void complete_names(struct checks *checks)
{
	struct guest_config *config = checks->config;

	for (uint32_t n = 0; n < config->vif_count; n++) {
		struct vif_config *vif = &config->vif[n];

		for (char *c = vif->mac; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (*vif->mac && mac_taken(config, vif))
			report(checks, "vif", (int)n, "mac = %s is another network's, too: give each network its own",
			       vif->mac);
		for (uint32_t other = 0; other < n && *vif->vifname; other++)
			if (!strcmp(config->vif[other].vifname, vif->vifname))
				report(checks, "vif", (int)n,
				       "vifname = %s is another network's, too: give each network its own",
				       vif->vifname);
	}
	for (uint32_t n = 0; n < config->vif_count; n++) {
		struct vif_config *vif = &config->vif[n];

		for (uint32_t index = n; !*vif->mac; index += CONFIG_VIFS) {
			make_mac(config->uuid, index, vif->mac);
			if (mac_taken(config, vif))
				*vif->mac = '\0';
		}
	}
}

static void check_tags(struct checks *checks)
{
	const struct guest_config *config = checks->config;

	for (uint32_t n = 0; n < config->fs_count; n++)
		for (uint32_t other = 0; other < n; other++)
			if (!strcmp(config->fs[n].tag, config->fs[other].tag))
				report(checks, "fs", (int)n,
				       "tag = %s is another folder's, too: give each folder its own",
				       config->fs[n].tag);
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

static void claim_slots(struct checks *checks)
{
	const uint32_t *slot;
	const char *key;

	for (uint32_t n = 0; (slot = slot_of(checks->config, n, &key)); n++) {
		if (*slot && checks->slots.taken[*slot])
			report(checks, key, -1, "slot = %u is given to two devices: remove it from one of them", *slot);
		checks->slots.taken[*slot] = *slot != 0;
	}
}

/* Channels keep their order, which is that of their ports. */
static void check_channels(struct checks *checks)
{
	struct guest_config *config = checks->config;

	for (uint32_t n = 0; n < config->channel_count; n++) {
		const struct channel_config *channel = &config->channel[n];

		for (uint32_t other = 0; other < n; other++) {
			const struct channel_config *before = &config->channel[other];
			bool same = !strcmp(before->name, channel->name);

			if (same || (*channel->path && !strcmp(before->path, channel->path)))
				report(checks, "channel", (int)n,
				       "%s = %s is another channel's, too: give each channel its own",
				       same ? "name" : "path", same ? channel->name : channel->path);
		}
	}
	if (!config->channel_count)
		config->channel_slot = 0;
}

static void check_count(struct checks *checks)
{
	const struct guest_config *config = checks->config;

	if (config->disk_count + config->vif_count + config->fs_count + !!config->channel_count >
	    CONFIG_SLOTS - CONFIG_SLOT_FIRST)
		report(checks, "channel", -1,
		       "a guest has %u slots for disks, networks, folders and channels: remove a device",
		       CONFIG_SLOTS - CONFIG_SLOT_FIRST);
}

/* Values that are still open once nothing is wrong. */
static void complete_slots(struct guest_config *config, struct slots *slots)
{
	char vdev[] = "vda";

	for (uint32_t n = 0; n < config->disk_count; n++)
		if (!*config->disk[n].serial)
			make_serial(config->uuid, &config->disk[n]);
	/* Guests name disks in the order of their slots. */
	for (uint32_t n = 0; n < CONFIG_DISKS; n++, vdev[2]++) {
		struct disk_config *disk = disk_of(config, vdev);

		if (disk && !disk->slot)
			disk->slot = slot_free(slots);
	}
	for (uint32_t n = 0; n < config->vif_count; n++) {
		struct vif_config *vif = &config->vif[n];

		if (!vif->slot)
			vif->slot = slot_free(slots);
		if (vif->backend == VIF_USER && !vif->mtu)
			vif->mtu = USER_MTU;
	}
	for (uint32_t n = 0; n < config->fs_count; n++)
		if (!config->fs[n].slot)
			config->fs[n].slot = slot_free(slots);
	if (config->channel_count && !config->channel_slot)
		config->channel_slot = slot_free(slots);
}

int config_complete_all(struct guest_config *config, complete_report_fn report_fn, void *arg)
{
	static void (*const all[])(struct checks *) = { complete_formats, complete_vdevs, check_backends,
							complete_names,   check_tags,     check_channels,
							check_count,      claim_slots };
	struct checks checks = { .config = config, .report = report_fn, .arg = arg };

	for (size_t n = 0; n < sizeof(all) / sizeof(all[0]); n++)
		all[n](&checks);
	if (!checks.failed)
		complete_slots(config, &checks.slots);
	return checks.failed ? -1 : 0;
}

static void keep_first(void *arg, int index, const struct error *err)
{
	struct error *first = arg;

	if (first->code)
		return;
	if (index < 0)
		*first = *err;
	else
		error_key(first, err->code, err->key, "%s %d: %.900s", err->key, index + 1, err->text);
}

int config_complete(struct guest_config *config, struct error *err)
{
	*err = (struct error){ 0 };
	return config_complete_all(config, keep_first, err);
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
