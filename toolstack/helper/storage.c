// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storage.c - the command line of qemu-storage-daemon: images, the images that they are based on, one export.
 */
#include "helper/storage.h"
#include "json.h"
#include "config/nbd.h"
#include "host/layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *storage_program(void)
{
	const char *path = getenv("VIMO_STORAGE_DAEMON");

	return path && *path ? path : "/usr/bin/qemu-storage-daemon";
}

static char *text_of(json_object *json)
{
	char *text = strdup(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));

	json_object_put(json);
	if (!text)
		abort();
	return text;
}

static void put_access(json_object *node, bool writable)
{
	json_put_string(node, "discard", "unmap");
	json_object_object_add(node, "read-only", json_object_new_boolean(!writable));
}

#define RECONNECT_S 60 /* requests fail when a server stays away longer */

/* The file below disk0 is an NBD server's export. */
static void describe_server(const char *target, const char *directory, bool writable, char *text[2])
{
	json_object *file = json_object_new_object(), *disk = json_object_new_object(),
		    *server = json_object_new_object();
	struct error unused;
	struct nbd_uri uri;
	char path[CONFINE_PATH + sizeof(uri.path)];

	nbd_parse(target, &uri, &unused); /* config/ has checked it */
	if (*uri.address) {
		json_put_string(server, "type", "inet");
		json_put_string(server, "host", uri.address);
		json_put_string(server, "port", uri.port);
	} else {
		snprintf(path, sizeof(path), "%s/%s", directory, strrchr(uri.path, '/') + 1);
		json_put_string(server, "type", "unix");
		json_put_string(server, "path", path);
	}
	json_put_string(file, "driver", "nbd");
	json_put_string(file, "node-name", "file0");
	json_object_object_add(file, "server", server);
	json_put_string(file, "export", uri.export);
	json_put_number(file, "reconnect-delay", RECONNECT_S);
	json_put_string(disk, "driver", "raw");
	json_put_string(disk, "file", "file0");
	json_put_string(disk, "node-name", "disk0");
	put_access(file, writable);
	put_access(disk, writable);
	text[0] = text_of(file);
	text[1] = text_of(disk);
}

/* Layer @n's file and format: nodes fileN and diskN, on diskN+1. */
static void describe_layer(const struct layers *layers, uint32_t n, const char *path, bool writable, char *text[2])
{
	const struct layer *layer = &layers->layer[n];
	json_object *file = json_object_new_object(), *disk = json_object_new_object();
	json_object *cache = json_object_new_object();
	char name[16];

	json_put_string(file, "driver", layer->block ? "host_device" : "file");
	snprintf(name, sizeof(name), "file%u", n);
	json_put_string(file, "node-name", name);
	json_put_string(file, "filename", path);
	json_put_string(file, "locking", "on");
	/* Not io_uring: a killed process would end before its transfers (disk_claim()). */
	json_put_string(file, "aio", layer->direct ? "native" : "threads");
	json_object_object_add(cache, "direct", json_object_new_boolean(layer->direct));
	json_object_object_add(file, "cache", cache);
	json_put_string(disk, "driver", format_names[layer->format]);
	json_put_string(disk, "file", name);
	snprintf(name, sizeof(name), "disk%u", n);
	json_put_string(disk, "node-name", name);
	snprintf(name, sizeof(name), "disk%u", n + 1);
	if (n + 1 < layers->count)
		json_put_string(disk, "backing", name);
	else if (layer->format == FORMAT_QCOW2) /* QEMU must not open a file that the image names */
		json_object_object_add(disk, "backing", NULL);
	put_access(file, writable);
	put_access(disk, writable);
	text[0] = text_of(file);
	text[1] = text_of(disk);
}

/*
 * Written through: the daemon keeps tables in its memory until they are flushed, and a guest does not repeat a write
 * that was completed when the next daemon takes over.
 */
static char *describe_export(bool writable)
{
	json_object *json = json_object_new_object(), *address = json_object_new_object();
	char number[12];

	snprintf(number, sizeof(number), "%d", CONFINE_FIRST + KEPT_SOCKET);
	json_put_string(address, "type", "fd");
	json_put_string(address, "str", number);
	json_put_string(json, "type", "vhost-user-blk");
	json_put_string(json, "id", "disk");
	json_put_string(json, "node-name", "disk0");
	json_object_object_add(json, "addr", address);
	json_object_object_add(json, "writable", json_object_new_boolean(writable));
	json_object_object_add(json, "writethrough", json_object_new_boolean(1));
	json_put_number(json, "num-queues", 1);
	return text_of(json);
}

static void give_files(const struct layers *layers, bool writable, struct confine *confine)
{
	for (uint32_t n = 0; n < layers->count; n++) {
		const struct layer *layer = &layers->layer[n];

		if (layer->format == FORMAT_NBD && layer->fd < 0) {
			confine->network = true;
			continue;
		}
		confine->file[n].fd = layer->fd;
		confine->file[n].writable = !n && writable && layer->format != FORMAT_NBD;
		confine->file[n].held = layer->locked;
		confine->file[n].directory = layer->format == FORMAT_NBD;
		confine->file_count++;
	}
}

static pid_t run_with(const struct disk_config *config, const struct layers *layers, struct confine *confine,
		      struct error *err)
{
	bool writable = config->access == ACCESS_RW;
	const char *argv[CONFINE_FILES * 4 + 8];
	char *texts[CONFINE_FILES * 2 + 1], ready[32], path[CONFINE_PATH];
	uint32_t count = 0, texts_count = 0;
	pid_t pid;

	give_files(layers, writable, confine);
	argv[count++] = storage_program();
	for (uint32_t n = layers->count; n-- > 0; texts_count += 2) {
		confine_path(confine, n, path);
		if (layers->layer[n].format == FORMAT_NBD)
			describe_server(layers->layer[n].path, path, writable, texts + texts_count);
		else
			describe_layer(layers, n, path, !n && writable, texts + texts_count);
		for (uint32_t part = 0; part < 2; part++) {
			argv[count++] = "--blockdev";
			argv[count++] = texts[texts_count + part];
		}
	}
	texts[texts_count] = describe_export(writable);
	argv[count++] = "--export";
	argv[count++] = texts[texts_count++];
	/* Options take effect in their order: with the monitor's greeting, all options before it have. */
	snprintf(ready, sizeof(ready), "socket,id=ready,fd=%d", CONFINE_FIRST + KEPT_READY);
	argv[count++] = "--chardev";
	argv[count++] = ready;
	argv[count++] = "--monitor";
	argv[count++] = "chardev=ready";
	argv[count] = NULL;
	pid = confine_spawn(confine, argv, err);
	while (texts_count)
		free(texts[--texts_count]);
	return pid;
}

static struct layers *open_layers(struct disk_config *disk, uid_t user, struct error *err)
{
	if (!access(storage_program(), X_OK))
		return layers_open(disk, user, err);
	error_key(err, ERROR_FAILED, "disk",
		  "disk %s: %.400s: qemu-storage-daemon, which serves images that are not raw, is missing: "
		  "install qemu-system-common",
		  disk->vdev, disk->target);
	return NULL;
}

int storage_check(struct disk_config *disk, uid_t user, struct error *err)
{
	struct layers *layers = open_layers(disk, user, err);

	if (!layers)
		return -1;
	layers_close(layers);
	return 0;
}

static void *prepare(const union helper_config *config, uid_t user, struct error *err)
{
	struct disk_config disk = config->disk;

	return open_layers(&disk, user, err);
}

static void discard(void *prepared)
{
	layers_close(prepared);
}

static pid_t run(struct helper *helper, struct confine *confine, struct error *err)
{
	struct layers *layers =
		helper->prepared ? helper->prepared : open_layers(&helper->config.disk, helper->user, err);
	pid_t pid;

	if (!layers)
		return -1;
	pid = run_with(&helper->config.disk, layers, confine, err);
	if (layers != helper->prepared)
		layers_close(layers);
	return pid;
}

/* "--blockdev {...}: Failed to get "write" lock" */
static const char *explain(const char *words, enum error_code *code, const char **advice)
{
	const char *reason = *words == '-' ? strstr(words, "}: ") : NULL;

	reason = reason ? reason + 3 : words;
	if (!strstr(reason, "lock"))
		return reason;
	*code = ERROR_STATE;
	*advice = "end that one";
	return "it, or an image that it is based on, is locked by another guest or program";
}

static const struct helper_kind kind = {
	.key = "disk",
	.file = "storage",
	.program = "qemu-storage-daemon",
	.clients = CLIENTS_IN_TURN,
	.reports_ready = true,
	.gentle = true,
	.bytes = 512ull << 20, /* tables of up to 16 images, and page cache of images without direct transfers */
	.prepare = prepare,
	.discard = discard,
	.open = helper_listen,
	.run = run,
	.explain = explain,
};

struct helper *storage_new(const char *guest, uid_t user, const struct disk_config *disk)
{
	const union helper_config config = { .disk = *disk };
	struct helper *helper;
	char name[16];

	snprintf(name, sizeof(name), "disk %s", disk->vdev);
	helper = helper_new(&kind, guest, user, name, disk->slot, &config);
	helper->target = helper->config.disk.target;
	return helper;
}
