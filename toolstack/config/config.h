/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.h - guest.cfg to canonical JSON, and canonical JSON to a checked struct.
 */
#ifndef TOOLSTACK_CONFIG_CONFIG_H
#define TOOLSTACK_CONFIG_CONFIG_H

#include "error.h"
#include "config/keys.h"

#include <json-c/json.h>
#include <limits.h>
#include <net/if.h>
#include <stdint.h>

#define CONFIG_DISKS 16u
#define CONFIG_VIFS 8u
#define CONFIG_FS 4u
#define FS_TAG_BYTES 36u
#define CONFIG_CHANNELS 6u
#define CONFIG_QUEUES 8u /* of a disk, and pairs of a vif */
/* virtio-mmio slots: console, power button, entropy, sockets (empty without), then disks, vifs and fs. */
#define CONFIG_SLOT_VSOCK 3u
#define CONFIG_SLOT_FIRST 4u
#define CONFIG_SLOTS 32u

enum guest_action { ACTION_DESTROY, ACTION_RESTART, ACTION_PRESERVE };
/* Whatever is not raw is for qemu-storage-daemon, which knows it by the name in guest.cfg. */
enum disk_format { FORMAT_RAW, FORMAT_QCOW2, FORMAT_VMDK, FORMAT_VDI, FORMAT_VHDX, FORMAT_VPC, FORMAT_NBD };
enum disk_access { ACCESS_RW, ACCESS_RO };
enum disk_io_error { IO_ERROR_REPORT, IO_ERROR_STOP };

struct disk_config {
	char target[PATH_MAX]; /* a path; of FORMAT_NBD an URI, see nbd.h */
	enum disk_format format;
	char vdev[5]; /* vda to vdp: an order; the guest chooses the name */
	enum disk_access access;
	char serial[21];
	uint32_t queues;
	uint32_t iops;             /* 0: no limit */
	uint64_t bytes_per_second; /* 0: no limit */
	enum disk_io_error on_io_error;
	bool packed; /* rings */
	uint32_t slot;
};

enum vif_backend { VIF_BRIDGE, VIF_USER, VIF_VHOST_USER };

struct vif_config {
	enum vif_backend backend;
	char bridge[IFNAMSIZ];
	char mac[18];
	char vifname[IFNAMSIZ]; /* empty: vifDOMAIN.INDEX */
	uint32_t mtu;           /* 0: the bridge's */
	uint32_t queues;        /* pairs */
	bool vhost;
	bool packed;                     /* rings */
	char rate[32], receive_rate[32]; /* empty: no limit; rate.h */
	char hostfwd[1024];              /* of VIF_USER; forward.h */
	bool host_loopback;
	char socket[108]; /* of VIF_VHOST_USER */
	uint32_t slot;
};

struct fs_config {
	char tag[FS_TAG_BYTES + 1];
	char path[PATH_MAX];
	enum disk_access access;
	uint32_t slot;
};

struct channel_config {
	char name[64];
	uint32_t connection;
	char path[PATH_MAX]; /* empty: the socket in the guest's directory only */
};

struct guest_config {
	char name[64];
	char uuid[37];
	char kernel[PATH_MAX];
	char ramdisk[PATH_MAX]; /* empty: none */
	char extra[2048];
	uint64_t memory_bytes;
	uint32_t vcpus;
	uint32_t weight;
	enum guest_action on_poweroff, on_reboot, on_crash;
	uint32_t hotplug;              /* spare slots */
	uint32_t vsock_cid;            /* 0: no socket device */
	uint64_t rng_bytes_per_second; /* 0: no limit */
	uint32_t channel_slot;         /* of all channels */
	uint32_t disk_count, vif_count, fs_count;
	struct disk_config disk[CONFIG_DISKS];
	struct vif_config vif[CONFIG_VIFS];
	struct fs_config fs[CONFIG_FS];
	uint32_t channel_count;
	struct channel_config channel[CONFIG_CHANNELS];
};

extern const struct key_table config_keys, config_disk_keys, config_vif_keys, config_fs_keys, config_channel_keys;

/**
 * config_parse() - canonical JSON from the text of a guest.cfg.
 * @file: its name, for messages
 * @cwd: what relative paths start from
 * @lines: if not NULL: gets an object from each key that is there to its line
 *
 * Return: the object, checked by config_check(); NULL with file, line, key and the fix in @err.
 */
json_object *config_parse(const char *text, const char *file, const char *cwd, json_object **lines, struct error *err);

/**
 * config_spec() - the object of a disk or a network as xl writes it ("vdev=vda,target=/path").
 * @table: config_disk_keys or config_vif_keys
 *
 * Return: the object, values not checked yet; NULL with @err.
 */
json_object *config_spec(const struct key_table *table, const char *text, const char *cwd, struct error *err);

/** config_check() - check canonical JSON and take it over, all that was left open filled in. Return: 0 or -1. */
int config_check(json_object *json, struct guest_config *config, struct error *err);

/**
 * config_complete() - give disks and vifs what was left open: vdev, serial number, MAC, slot.
 *
 * Stable: the same for the same configuration, and what is there stays. Return: 0, or -1 when two want the same.
 */
int config_complete(struct guest_config *config, struct error *err);

/** config_slots() - how many virtio-mmio slots the guest gets: those in use and the spare ones. */
uint32_t config_slots(const struct guest_config *config);

/** config_to_json() - canonical JSON of a checked configuration. */
json_object *config_to_json(const struct guest_config *config);

/** config_format() - its name. */
const char *config_format(enum disk_format format);
/** config_vif_backend() - its name. */
const char *config_vif_backend(enum vif_backend backend);
/** config_format_find() - the format of that name. Return: whether there is one. */
bool config_format_find(const char *name, enum disk_format *format);

/** config_mac() - the bytes of a checked MAC. */
void config_mac(const char *mac, unsigned char *bytes);

/** config_path() - @text as a path that begins at @cwd; an URI as it is. Return: a new string. */
json_object *config_path(const char *text, const char *cwd);

#endif
