// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * config.c - the keys of a guest, its disks, networks and shared folders.
 */
#include "config/config.h"
#include "forward.h"
#include "config/nbd.h"
#include "config/rate.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MEMORY_MAX_MIB (256ll << 10)
#define RATE_MAX (1ll << 40)

int config_check_name(const char *name, struct error *err)
{
	bool good = isalnum((unsigned char)name[0]);

	for (const char *c = name; *c; c++)
		good = good && (isalnum((unsigned char)*c) || strchr("-_.", *c));
	if (!good || strlen(name) > 63)
		return error_set(err, ERROR_FAILED,
				 "name \"%.80s\" is not usable: write 1 to 63 letters, digits and "
				 "- _ . beginning with a letter or digit",
				 name);
	return 0;
}

static int check_uuid(const char *uuid, struct error *err)
{
	bool good = strlen(uuid) == 36;

	for (size_t n = 0; good && n < 36; n++)
		good = n == 8 || n == 13 || n == 18 || n == 23 ? uuid[n] == '-' : isxdigit((unsigned char)uuid[n]) != 0;
	return good ? 0 :
		      error_set(err, ERROR_FAILED,
				"uuid \"%.80s\" is not of the form "
				"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx: remove it to get one generated",
				uuid);
}

static int check_vdev(const char *vdev, struct error *err)
{
	const char *name = vdev + (*vdev == 'x');

	if (strlen(name) == 3 && name[0] == 'v' && name[1] == 'd' && name[2] >= 'a' &&
	    name[2] < 'a' + (int)CONFIG_DISKS)
		return 0;
	return error_set(
		err, ERROR_FAILED,
		"vdev = \"%.40s\" is not a disk name: write vda to vdp, in the order in which the guest finds its disks",
		vdev);
}

static int check_serial(const char *serial, struct error *err)
{
	for (const char *c = serial; *c; c++)
		if (!isascii((unsigned char)*c) || !isprint((unsigned char)*c))
			return error_set(err, ERROR_FAILED,
					 "serial \"%.80s\" is not usable: write 1 to 20 printable ASCII characters",
					 serial);
	return 0;
}

void config_mac(const char *mac, unsigned char *bytes)
{
	for (int n = 0; n < 6; n++)
		bytes[n] = (unsigned char)strtoul(mac + n * 3, NULL, 16);
}

static int check_mac(const char *mac, struct error *err)
{
	bool good = strlen(mac) == 17;
	unsigned char bytes[6];

	for (size_t n = 0; good && n < 17; n++)
		good = n % 3 == 2 ? mac[n] == ':' : isxdigit((unsigned char)mac[n]) != 0;
	if (!good)
		return error_set(err, ERROR_FAILED,
				 "mac \"%.40s\" is not of the form 52:54:00:12:34:56: remove it to get one generated",
				 mac);
	config_mac(mac, bytes);
	if (bytes[0] & 1 || !strcmp(mac, "00:00:00:00:00:00"))
		return error_set(err, ERROR_FAILED,
				 "mac %s is a multicast or zero address: make its first byte an even number such as 52",
				 mac);
	return 0;
}

/* Names of interfaces: those that the kernel accepts, and that are one directory in sysfs. */
int config_check_interface(const char *name, struct error *err)
{
	bool good = *name && strlen(name) < IFNAMSIZ && strcmp(name, ".") && strcmp(name, "..");

	for (const char *c = name; *c; c++)
		good = good && isascii((unsigned char)*c) && isgraph((unsigned char)*c) && !strchr("/:%", *c);
	return good ? 0 :
		      error_set(
			      err, ERROR_FAILED,
			      "\"%.40s\" is not a name of a network interface: write 1 to 15 characters without space, / : %%",
			      name);
}

static int check_rate(const char *text, struct error *err)
{
	return rate_parse(text, NULL, err);
}

static int check_target(const char *text, struct error *err)
{
	return nbd_is_uri(text) ? nbd_parse(text, NULL, err) : 0;
}

#define FIELD(member) KEY_FIELD(struct disk_config, member)
static const char *const error_actions[] = { "report", "stop", NULL };
static const char *const accesses[] = { "rw", "ro", NULL };

static const struct key disk_keys[] = {
	{ "target", KEY_IMAGE, FIELD(target), .hint = "target=/path/to/image", .required = true,
	  .check = check_target },
	{ "format", KEY_WORD, FIELD(format),
	  .hint = "raw, qcow2, vmdk, vdi, vhdx or vpc; qemu-img convert makes them from other formats",
	  .words = format_names },
	{ "backing", KEY_PATHS, FIELD(backing), .hint = "backing = [ \"/path/to/base.qcow2\" ]" },
	{ "vdev", KEY_TEXT, FIELD(vdev), .hint = "vdev=vda", .check = check_vdev },
	{ "access", KEY_WORD, FIELD(access), .hint = "rw or ro", .words = accesses },
	{ "serial", KEY_TEXT, FIELD(serial), .hint = "serial = \"DISK-1\"", .check = check_serial },
	{ "queues", KEY_NUMBER, FIELD(queues), .hint = "queues = 1", .range = { 1, CONFIG_QUEUES, 1 } },
	{ "iops", KEY_NUMBER, FIELD(iops), .hint = "iops = 500 (0: no limit)", .range = { 0, UINT32_MAX, 0 } },
	{ "bytes_per_second", KEY_NUMBER, FIELD(bytes_per_second), .hint = "bytes_per_second = 10485760 (0: no limit)",
	  .range = { 0, RATE_MAX, 0 } },
	{ "on_io_error", KEY_WORD, FIELD(on_io_error), .hint = "report or stop", .words = error_actions },
	{ "packed", KEY_FLAG, FIELD(packed), .hint = "packed = true" },
	{ "slot", KEY_NUMBER, FIELD(slot), .hint = "slot = 4, or no slot",
	  .range = { CONFIG_SLOT_FIRST, CONFIG_SLOTS - 1, 0 } },
};
#undef FIELD

static const struct foreign_key disk_foreign[] = {
	{ "backend", .advice = "remove it: disks are dom0's" },
	{ "backendtype", .advice = NULL },
	{ "cdrom", .advice = "write access=ro for an image that is only read" },
	{ "devtype", .advice = "write access=ro for an image that is only read" },
	{ "direct-io-safe", .advice = NULL },
	{ "discard", .advice = NULL },
	{ "no-discard", .advice = "remove it: discards of the guest always reach the image" },
	{ "script", .advice = "remove it: set up the device before, and write its path as target" },
};

const struct key_table config_disk_keys = {
	disk_keys,
	sizeof(disk_keys) / sizeof(disk_keys[0]),
	disk_foreign,
	sizeof(disk_foreign) / sizeof(disk_foreign[0]),
	"DISKS in guest.cfg(5)",
	sizeof(struct disk_config),
};

static int check_hostfwd(const char *text, struct error *err)
{
	struct forward forward;
	int taken;

	do
		taken = forward_next(&text, &forward, err);
	while (taken > 0);
	return taken;
}

#define FIELD(member) KEY_FIELD(struct vif_config, member)
static const struct key vif_keys[] = {
	{ "backend", KEY_WORD, FIELD(backend), .hint = "bridge, user (a network without a bridge) or vhost-user",
	  .words = vif_backend_names },
	{ "bridge", KEY_TEXT, FIELD(bridge), .hint = "bridge=br0", .check = config_check_interface },
	{ "mac", KEY_TEXT, FIELD(mac), .hint = "mac=52:54:00:12:34:56", .check = check_mac },
	{ "vifname", KEY_TEXT, FIELD(vifname), .hint = "vifname=web1.0", .check = config_check_interface },
	{ "mtu", KEY_NUMBER, FIELD(mtu), .hint = "mtu = 1500", .range = { 68, 65535, 0 } },
	{ "queues", KEY_NUMBER, FIELD(queues), .hint = "queues = 1", .range = { 1, CONFIG_QUEUES, 1 } },
	{ "vhost", KEY_FLAG, FIELD(vhost), .hint = "vhost = true", .range = { 0, 0, true } },
	{ "packed", KEY_FLAG, FIELD(packed), .hint = "packed = true" },
	{ "rate", KEY_TEXT, FIELD(rate), .hint = "rate=10Mb/s", .check = check_rate },
	{ "receive_rate", KEY_TEXT, FIELD(receive_rate), .hint = "receive_rate=10Mb/s", .check = check_rate },
	{ "hostfwd", KEY_TEXT, FIELD(hostfwd), .hint = "hostfwd=tcp:127.0.0.1:8080-:80", .check = check_hostfwd },
	{ "host_loopback", KEY_FLAG, FIELD(host_loopback), .hint = "host_loopback = true" },
	{ "socket", KEY_PATH, FIELD(socket), .hint = "socket=/run/switch.sock" },
	{ "slot", KEY_NUMBER, FIELD(slot), .hint = "slot = 5, or no slot",
	  .range = { CONFIG_SLOT_FIRST, CONFIG_SLOTS - 1, 0 } },
};
#undef FIELD

static const struct foreign_key vif_foreign[] = {
	{ "accel", .advice = NULL },
	{ "gatewaydev", .advice = "put the interface into a bridge and write bridge=" },
	{ "ip", .advice = "remove it: the guest sets its address" },
	{ "model", .advice = NULL },
	{ "netdev", .advice = "put the interface into a bridge and write bridge=" },
	{ "script", .advice = "remove it: the interface is put into the bridge" },
	{ "type", .advice = NULL },
};

const struct key_table config_vif_keys = {
	vif_keys,
	sizeof(vif_keys) / sizeof(vif_keys[0]),
	vif_foreign,
	sizeof(vif_foreign) / sizeof(vif_foreign[0]),
	"NETWORKS in guest.cfg(5)",
	sizeof(struct vif_config),
};

static int check_tag(const char *tag, struct error *err)
{
	bool good = *tag && strlen(tag) <= FS_TAG_BYTES;

	for (const char *c = tag; *c; c++)
		good = good && isascii((unsigned char)*c) && isgraph((unsigned char)*c);
	return good ? 0 :
		      error_set(err, ERROR_FAILED,
				"tag \"%.80s\" is not usable: write 1 to %u printable ASCII characters, no space", tag,
				FS_TAG_BYTES);
}

#define FIELD(member) KEY_FIELD(struct fs_config, member)
static const struct key fs_keys[] = {
	{ "tag", KEY_TEXT, FIELD(tag), .hint = "tag=src", .check = check_tag, .required = true },
	{ "path", KEY_PATH, FIELD(path), .hint = "path=/srv/src", .required = true },
	{ "access", KEY_WORD, FIELD(access), .hint = "rw or ro", .words = accesses },
	{ "slot", KEY_NUMBER, FIELD(slot), .hint = "slot = 6, or no slot",
	  .range = { CONFIG_SLOT_FIRST, CONFIG_SLOTS - 1, 0 } },
};
#undef FIELD

static const struct foreign_key fs_foreign[] = {
	{ "security_model", .advice = "remove it: the guest sets the owners of files" },
	{ "target", .advice = "write \"path\"" },
	{ "xattr", .advice = "remove it: extended attributes are not shared" },
};

const struct key_table config_fs_keys = {
	fs_keys,
	sizeof(fs_keys) / sizeof(fs_keys[0]),
	fs_foreign,
	sizeof(fs_foreign) / sizeof(fs_foreign[0]),
	"FOLDERS in guest.cfg(5)",
	sizeof(struct fs_config),
};

static int check_channel(const char *name, struct error *err)
{
	bool good = *name && strlen(name) < sizeof(((struct channel_config *)0)->name) && *name != '.';

	for (const char *c = name; *c; c++)
		good = good && isascii((unsigned char)*c) && (isalnum((unsigned char)*c) || strchr("-_.", *c));
	return good ? 0 :
		      error_set(err, ERROR_FAILED,
				"channel name \"%.80s\" is not usable: write 1 to 63 letters, digits and - _ . as in "
				"org.qemu.guest_agent.0",
				name);
}

#define FIELD(member) KEY_FIELD(struct channel_config, member)
static const char *const connections[] = { "socket", NULL };

static const struct key channel_keys[] = {
	{ "name", KEY_TEXT, FIELD(name), .hint = "name=org.qemu.guest_agent.0", .check = check_channel,
	  .required = true },
	{ "connection", KEY_WORD, FIELD(connection),
	  .hint = "socket; socat PTY,link=/run/tty UNIX-CONNECT:/path makes a terminal of a socket",
	  .words = connections },
	{ "path", KEY_PATH, FIELD(path), .hint = "path=/run/web1-agent.sock" },
};
#undef FIELD

static const struct foreign_key channel_foreign[] = {
	{ "backend", .advice = "remove it: channels are dom0's" },
};

const struct key_table config_channel_keys = {
	channel_keys,
	sizeof(channel_keys) / sizeof(channel_keys[0]),
	channel_foreign,
	sizeof(channel_foreign) / sizeof(channel_foreign[0]),
	"CHANNELS in guest.cfg(5)",
	sizeof(struct channel_config),
};

#define FIELD(member) KEY_FIELD(struct guest_config, member)
#define COUNT(member) .count = offsetof(struct guest_config, member)
const char *const config_action_names[] = { "destroy", "restart", "preserve", NULL };

static const struct key keys[] = {
	{ "name", KEY_TEXT, FIELD(name), .hint = "name = \"web1\"", .check = config_check_name, .required = true },
	{ "uuid", KEY_TEXT, FIELD(uuid), .hint = "no uuid, to get one generated", .check = check_uuid },
	{ "kernel", KEY_PATH, FIELD(kernel), .hint = "kernel = \"/path/to/Image\"", .required = true },
	{ "ramdisk", KEY_PATH, FIELD(ramdisk), .hint = "ramdisk = \"/path/to/initrd\"" },
	{ "extra", KEY_TEXT, FIELD(extra), .hint = "extra = \"console=hvc0\"" },
	{ "memory", KEY_NUMBER, FIELD(memory_bytes), .hint = "memory = 256 (MiB)", .range = { 1, MEMORY_MAX_MIB, 128 },
	  .unit = 1 << 20 },
	{ "vcpus", KEY_NUMBER, FIELD(vcpus), .hint = "vcpus = 1", .range = { 1, 64, 1 } },
	{ "cpu_weight", KEY_NUMBER, FIELD(weight), .hint = "cpu_weight = 256", .range = { 1, 65535, 256 } },
	{ "on_poweroff", KEY_WORD, FIELD(on_poweroff), .hint = CONFIG_ACTION_HINT, .range = { 0, 0, ACTION_DESTROY },
	  .words = config_action_names },
	{ "on_reboot", KEY_WORD, FIELD(on_reboot), .hint = CONFIG_ACTION_HINT, .range = { 0, 0, ACTION_RESTART },
	  .words = config_action_names },
	{ "on_crash", KEY_WORD, FIELD(on_crash), .hint = CONFIG_ACTION_HINT, .range = { 0, 0, ACTION_DESTROY },
	  .words = config_action_names },
	{ "hotplug", KEY_NUMBER, FIELD(hotplug), .hint = "hotplug = 8",
	  .range = { 0, CONFIG_SLOTS - CONFIG_SLOT_FIRST, 8 } },
	{ "vsock_cid", KEY_NUMBER, FIELD(vsock_cid), .hint = "vsock_cid = 3", .range = { 3, UINT32_MAX - 1, 0 } },
	{ "rng_bytes_per_second", KEY_NUMBER, FIELD(rng_bytes_per_second),
	  .hint = "rng_bytes_per_second = 1048576 (0: no limit)", .range = { 0, RATE_MAX, 1 << 20 } },
	{ "disk", KEY_LIST, FIELD(disk), .hint = "disk = [ \"vdev=vda,target=/path\" ]",
	  .range = { 0, CONFIG_DISKS, 0 }, .element = &config_disk_keys, COUNT(disk_count) },
	{ "vif", KEY_LIST, FIELD(vif), .hint = "vif = [ \"bridge=br0\" ]", .range = { 0, CONFIG_VIFS, 0 },
	  .element = &config_vif_keys, COUNT(vif_count) },
	{ "fs", KEY_LIST, FIELD(fs), .hint = "fs = [ \"tag=src,path=/srv/src\" ]", .range = { 0, CONFIG_FS, 0 },
	  .element = &config_fs_keys, COUNT(fs_count) },
	{ "channel", KEY_LIST, FIELD(channel), .hint = "channel = [ \"name=org.qemu.guest_agent.0\" ]",
	  .range = { 0, CONFIG_CHANNELS, 0 }, .element = &config_channel_keys, COUNT(channel_count) },
	{ "channel_slot", KEY_NUMBER, FIELD(channel_slot), .hint = "no channel_slot",
	  .range = { CONFIG_SLOT_FIRST, CONFIG_SLOTS - 1, 0 } },
};

const struct key_table config_keys = {
	keys, sizeof(keys) / sizeof(keys[0]), xl_keys, XL_KEYS, "guest.cfg(5)", sizeof(struct guest_config),
};

static void make_uuid(char *uuid)
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		abort(); /* the kernel gives 16 bytes once its pool is ready */
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	snprintf(uuid, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
		 b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

int config_check(json_object *json, struct guest_config *config, struct error *err)
{
	if (!json_object_is_type(json, json_type_object))
		return error_set(err, ERROR_USAGE, "config is not an object: ParseConfig makes one from a guest.cfg");
	if (keys_take(&config_keys, json, config, err))
		return -1;
	if (!config->uuid[0])
		make_uuid(config->uuid);
	return config_complete(config, err);
}

int config_finish(struct guest_config *config, complete_report_fn report, void *arg)
{
	if (!config->uuid[0])
		make_uuid(config->uuid);
	return config_complete_all(config, report, arg);
}

json_object *config_to_json(const struct guest_config *config)
{
	return keys_to_json(&config_keys, config);
}
