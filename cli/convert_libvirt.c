// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * convert_libvirt.c - XML of a libvirt domain to a guest.cfg. Document types are refused, and entities with them.
 */
#include "convert_libvirt.h"
#include "json.h"
#include "text.h"

#include <errno.h>
#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define PATH_BYTES 512
#define TEXT_BYTES 4096
#define MIB (1ull << 20)

/* The state of reading. */
struct reader {
	struct conversion *conversion;
	XML_Parser parser;
	char path[PATH_BYTES]; /* of the present element, "/domain/devices/disk" */
	int depth;
	char text[TEXT_BYTES]; /* in the present element */
	size_t used;
	char unit[16];       /* of memory */
	json_object *device; /* disk, interface, folder or channel that is read; NULL: none */
	char kind[16];       /* its type */
	int line;            /* of the device */
	struct error err;    /* code ERROR_NONE: none */
};

static int line_of(const struct reader *reader)
{
	return (int)XML_GetCurrentLineNumber(reader->parser);
}

static const char *attribute(const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (!strcmp(attributes[0], name))
			return attributes[1];
	return NULL;
}

static void put(struct reader *reader, const char *key, const char *text)
{
	if (text)
		convert_put(reader->device ? reader->device : reader->conversion->config, key, text);
}

static void put_number(struct reader *reader, const char *key, const char *text)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (end == text || errno || number > INT64_MAX)
		convert_note(reader->conversion, line_of(reader), "%s is not carried over: it is not a number", key);
	else
		json_put_number(reader->device ? reader->device : reader->conversion->config, key, (int64_t)number);
}

static void begin_device(struct reader *reader, const char **attributes)
{
	const char *type = attribute(attributes, "type");

	reader->device = json_object_new_object();
	snprintf(reader->kind, sizeof(reader->kind), "%s", type ? type : "");
	reader->line = line_of(reader);
}

static void begin_disk(struct reader *reader, const char **attributes)
{
	const char *device = attribute(attributes, "device");

	begin_device(reader, attributes);
	if (device && (!strcmp(device, "cdrom") || !strcmp(device, "floppy")))
		put(reader, "access", "ro");
}

static void disk_source(struct reader *reader, const char **attributes)
{
	const char *file = attribute(attributes, "file"), *device = attribute(attributes, "dev");

	put(reader, "target", file ? file : device);
}

static void disk_driver(struct reader *reader, const char **attributes)
{
	const char *type = attribute(attributes, "type"), *queues = attribute(attributes, "queues");

	if (type && strcmp(type, "raw"))
		put(reader, "format", type);
	if (queues)
		put_number(reader, "queues", queues);
}

static void disk_target(struct reader *reader, const char **attributes)
{
	const char *name = attribute(attributes, "dev");

	put(reader, "vdev", name ? convert_vdev(name) : NULL);
}

static void read_only(struct reader *reader, const char **attributes)
{
	(void)attributes;
	put(reader, "access", "ro");
}

static void vif_source(struct reader *reader, const char **attributes)
{
	const char *bridge = attribute(attributes, "bridge"), *network = attribute(attributes, "network");

	if (!bridge && network)
		convert_note(reader->conversion, line_of(reader),
			     "network %.60s is not carried over: bridge=virbr0, that of libvirt's default, is written",
			     network);
	put(reader, "bridge", bridge ? bridge : network ? "virbr0" : NULL);
}

static void vif_mac(struct reader *reader, const char **attributes)
{
	put(reader, "mac", attribute(attributes, "address"));
}

static void vif_mtu(struct reader *reader, const char **attributes)
{
	const char *size = attribute(attributes, "size");

	if (size)
		put_number(reader, "mtu", size);
}

static void vif_driver(struct reader *reader, const char **attributes)
{
	const char *queues = attribute(attributes, "queues");

	if (queues)
		put_number(reader, "queues", queues);
}

static void fs_source(struct reader *reader, const char **attributes)
{
	put(reader, "path", attribute(attributes, "dir"));
}

static void fs_target(struct reader *reader, const char **attributes)
{
	put(reader, "tag", attribute(attributes, "dir"));
}

static void channel_target(struct reader *reader, const char **attributes)
{
	put(reader, "name", attribute(attributes, "name"));
}

static void vsock_cid(struct reader *reader, const char **attributes)
{
	const char *address = attribute(attributes, "address");

	if (address)
		put_number(reader, "vsock_cid", address);
}

static void memory_unit(struct reader *reader, const char **attributes)
{
	const char *unit = attribute(attributes, "unit");

	snprintf(reader->unit, sizeof(reader->unit), "%s", unit ? unit : "KiB");
}

static const struct start_row {
	const char *path;
	void (*take)(struct reader *reader, const char **attributes);
} starts[] = {
	{ "/domain/memory", memory_unit },
	{ "/domain/devices/disk", begin_disk },
	{ "/domain/devices/disk/source", disk_source },
	{ "/domain/devices/disk/driver", disk_driver },
	{ "/domain/devices/disk/target", disk_target },
	{ "/domain/devices/disk/readonly", read_only },
	{ "/domain/devices/interface", begin_device },
	{ "/domain/devices/interface/source", vif_source },
	{ "/domain/devices/interface/mac", vif_mac },
	{ "/domain/devices/interface/mtu", vif_mtu },
	{ "/domain/devices/interface/driver", vif_driver },
	{ "/domain/devices/filesystem", begin_device },
	{ "/domain/devices/filesystem/source", fs_source },
	{ "/domain/devices/filesystem/target", fs_target },
	{ "/domain/devices/filesystem/readonly", read_only },
	{ "/domain/devices/channel", begin_device },
	{ "/domain/devices/channel/target", channel_target },
	{ "/domain/devices/vsock/cid", vsock_cid },
};

/* In MiB, rounded up. */
static void memory_text(struct reader *reader, const char *text)
{
	static const struct {
		const char *unit;
		unsigned long long bytes;
	} units[] = {
		{ "b", 1 },           { "bytes", 1 },       { "KB", 1000 },     { "KiB", 1024 },
		{ "k", 1024 },        { "MB", 1000000 },    { "MiB", MIB },     { "M", MIB },
		{ "GB", 1000000000 }, { "GiB", MIB << 10 }, { "G", MIB << 10 }, { "TB", 1000000000000 },
		{ "TiB", MIB << 20 }, { "T", MIB << 20 },
	};
	unsigned long long number, bytes;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 10);
	for (size_t n = 0; n < sizeof(units) / sizeof(units[0]); n++) {
		if (strcmp(units[n].unit, reader->unit) || end == text || errno ||
		    __builtin_mul_overflow(number, units[n].bytes, &bytes) || bytes > INT64_MAX)
			continue;
		json_put_number(reader->conversion->config, "memory", (int64_t)((bytes + MIB - 1) / MIB));
		return;
	}
	convert_note(reader->conversion, line_of(reader), "memory is not carried over: it is not a number of bytes");
}

static void vcpu_text(struct reader *reader, const char *text)
{
	put_number(reader, "vcpus", text);
}

static void action_text(struct reader *reader, const char *text)
{
	convert_action(reader->conversion, line_of(reader), strrchr(reader->path, '/') + 1, text);
}

static const struct text_row {
	const char *path;
	const char *key; /* of plain text */
	void (*take)(struct reader *reader, const char *text);
} texts[] = {
	{ "/domain/name", "name", NULL },
	{ "/domain/uuid", "uuid", NULL },
	{ "/domain/memory", NULL, memory_text },
	{ "/domain/vcpu", NULL, vcpu_text },
	{ "/domain/os/kernel", "kernel", NULL },
	{ "/domain/os/initrd", "ramdisk", NULL },
	{ "/domain/os/cmdline", "extra", NULL },
	{ "/domain/on_poweroff", NULL, action_text },
	{ "/domain/on_reboot", NULL, action_text },
	{ "/domain/on_crash", NULL, action_text },
	{ "/domain/devices/disk/serial", "serial", NULL },
};

/* Elements below which nothing is carried over; NULL: guests have it in any case. */
static const struct {
	const char *path, *why;
} others[] = {
	{ "/domain/cpu", "guests get the CPUs of the machine" },
	{ "/domain/cputune", "guests are not bound to CPUs: set cpu_weight" },
	{ "/domain/numatune", "guests are not bound to nodes" },
	{ "/domain/memoryBacking", "guests' memory is always resident" },
	{ "/domain/os/loader", "guests boot a kernel: write kernel and ramdisk" },
	{ "/domain/os/nvram", "guests boot a kernel: write kernel and ramdisk" },
	{ "/domain/devices/hostdev", "devices of the host are not given to guests" },
	{ "/domain/devices/tpm", "there is no TPM" },
	{ "/domain/devices/graphics", "guests have consoles, no screen" },
	{ "/domain/devices/video", "guests have consoles, no screen" },
	{ "/domain/devices/sound", "guests have no sound" },
	{ "/domain/devices/input", "guests have consoles, no screen" },
	{ "/domain/devices/watchdog", "guests have no watchdog device" },
	{ "/domain/devices/memballoon", "guests have no balloon" },
	{ "/domain/devices/disk/encryption", "images are not decrypted" },
	{ "/domain/devices/disk/backingStore", "write backing for images that are based on others" },
	{ "/domain/devices/disk/iotune", "write iops and bytes_per_second" },
	{ "/domain/devices/interface/bandwidth", "write rate and receive_rate" },
	{ "/domain/devices/interface/filterref", "dom0 filters packets" },
	{ "/domain/devices/interface/vlan", "set the VLAN of the bridge's port in dom0" },
};

static void start(void *data, const char *name, const char **attributes)
{
	struct reader *reader = data;
	size_t used = strlen(reader->path);

	if (++reader->depth > DEPTH_MAX || used + strlen(name) + 2 > PATH_BYTES) {
		error_set(&reader->err, ERROR_FAILED, "its elements are too deep: remove some");
		XML_StopParser(reader->parser, XML_FALSE);
		return;
	}
	snprintf(reader->path + used, PATH_BYTES - used, "/%s", name);
	reader->used = 0;
	for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++)
		if (!strcmp(others[n].path, reader->path))
			convert_note(reader->conversion, line_of(reader), "%.80s is not carried over: %s", name,
				     others[n].why);
	for (size_t n = 0; n < sizeof(starts) / sizeof(starts[0]); n++)
		if (!strcmp(starts[n].path, reader->path))
			starts[n].take(reader, attributes);
}

static void on_text(void *data, const char *text, int bytes)
{
	struct reader *reader = data;
	size_t left = TEXT_BYTES - 1 - reader->used, take = (size_t)bytes < left ? (size_t)bytes : left;

	memcpy(reader->text + reader->used, text, take);
	reader->used += take;
}

static void device_note(const struct reader *reader, const char *what, const char *why)
{
	convert_note(reader->conversion, reader->line, "%s of type %s is not carried over: %s", what, reader->kind,
		     why);
}

/* Take over the device that ends here, if guest.cfg has its kind. */
static void end_device(struct reader *reader)
{
	json_object *device = reader->device;
	const char *list = NULL;

	if (!strcmp(reader->path, "/domain/devices/disk")) {
		list = json_string(device, "target") ? "disk" : NULL;
		if (!list)
			device_note(reader, "a disk", "it has no file or block device");
	} else if (!strcmp(reader->path, "/domain/devices/interface")) {
		if (!strcmp(reader->kind, "user"))
			json_put_string(device, "backend", "user");
		list = json_string(device, "bridge") || json_string(device, "backend") ? "vif" : NULL;
		if (!list)
			device_note(reader, "an interface", "write the bridge of dom0 into which it goes");
	} else if (!strcmp(reader->path, "/domain/devices/filesystem")) {
		list = json_string(device, "path") && json_string(device, "tag") ? "fs" : NULL;
		if (!list)
			device_note(reader, "a filesystem", "only directories of dom0 are shared");
	} else if (!strcmp(reader->path, "/domain/devices/channel")) {
		list = json_string(device, "name") && !strcmp(reader->kind, "unix") ? "channel" : NULL;
		if (!list)
			device_note(reader, "a channel", "channels are Unix sockets of dom0");
	} else {
		return;
	}
	if (list)
		convert_add(reader->conversion, list, device);
	else
		json_object_put(device);
	reader->device = NULL;
}

static void end(void *data, const char *name)
{
	struct reader *reader = data;

	(void)name;
	if (reader->err.code) /* the parser stops, perhaps behind an empty element */
		return;
	reader->text[reader->used] = '\0';
	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		if (strcmp(texts[n].path, reader->path))
			continue;
		if (texts[n].take)
			texts[n].take(reader, reader->text);
		else
			put(reader, texts[n].key, reader->text);
	}
	if (reader->device)
		end_device(reader);
	*strrchr(reader->path, '/') = '\0';
	reader->depth--;
	reader->used = 0;
}

/* Where entities are declared: those that grow, and those that name files. */
static void on_doctype(void *data, const char *name, const char *system_id, const char *public_id, int has_subset)
{
	struct reader *reader = data;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_subset;
	error_set(&reader->err, ERROR_FAILED, "a document type is not taken: remove <!DOCTYPE");
	XML_StopParser(reader->parser, XML_FALSE);
}

int convert_libvirt(struct conversion *conversion, const char *text, struct error *err)
{
	struct reader reader = { .conversion = conversion, .parser = XML_ParserCreate("UTF-8") };
	int line = 1;

	if (!reader.parser)
		return error_set(err, ERROR_RESOURCES, "%s: no memory: end a program", conversion->file);
	XML_SetUserData(reader.parser, &reader);
	XML_SetElementHandler(reader.parser, start, end);
	XML_SetCharacterDataHandler(reader.parser, on_text);
	XML_SetStartDoctypeDeclHandler(reader.parser, on_doctype);
	if (XML_Parse(reader.parser, text, (int)strlen(text), 1) != XML_STATUS_OK && !reader.err.code)
		error_set(&reader.err, ERROR_FAILED, "it is not XML: %s",
			  XML_ErrorString(XML_GetErrorCode(reader.parser)));
	line = line_of(&reader);
	XML_ParserFree(reader.parser);
	json_object_put(reader.device);
	return reader.err.code ? error_set(err, reader.err.code, "%s:%d: %s", conversion->file, line, reader.err.text) :
				 0;
}
