/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_config.h - the configuration of a guest and of its devices, as checked values.
 */
#ifndef TOOLSTACK_CONFIG_GUEST_CONFIG_H
#define TOOLSTACK_CONFIG_GUEST_CONFIG_H

#include "config/names.h"

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#define CONFIG_DISKS 16u
#define CONFIG_VIFS 8u
#define CONFIG_FS 4u
#define FS_TAG_BYTES 36u
#define CONFIG_CHANNELS 6u
#define CONFIG_QUEUES 8u /* of a disk, and pairs of a vif */
/* virtio-mmio slots: console, power button, entropy, sockets (perhaps empty), then disks, networks and folders. */
#define CONFIG_SLOT_VSOCK 3u
#define CONFIG_SLOT_FIRST 4u
#define CONFIG_SLOTS 32u

enum guest_action { ACTION_DESTROY, ACTION_RESTART, ACTION_PRESERVE };
enum disk_access { ACCESS_RW, ACCESS_RO };
enum disk_io_error { IO_ERROR_REPORT, IO_ERROR_STOP };

struct disk_config {
	char target[PATH_MAX];  /* a path; of FORMAT_NBD a URI, nbd.h */
	char backing[PATH_MAX]; /* files that the image may be based on, a newline after each */
	enum disk_format format;
	char vdev[5]; /* vda to vdp: the order; the guest chooses the name */
	enum disk_access access;
	char serial[21];
	uint32_t queues;
	uint32_t iops;             /* 0: no limit */
	uint64_t bytes_per_second; /* 0: no limit */
	enum disk_io_error on_io_error;
	bool packed; /* rings */
	uint32_t slot;
};

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

/** What vimod.conf gives a guest.cfg, or a device that is attached, in place of keys that are not given. */
struct config_defaults {
	char bridge[IFNAMSIZ];            /* empty: none */
	char storage_directory[PATH_MAX]; /* where relative paths of disks start; empty: the caller's directory */
	enum guest_action on_poweroff, on_reboot, on_crash;
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

#endif
