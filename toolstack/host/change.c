// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * change.c - qemu-img changes an image.
 */
#include "host/change.h"
#include "cleanup.h"
#include "host/disk.h"
#include "host/layers.h"
#include "host/tool.h"
#include "json.h"

#include <stdio.h>
#include <string.h>

#define WORDS 4u                     /* of a command at most */
#define PATIENCE_MS 1800000          /* a large image on a slow disk; a change must not be cut off */
static const char IMAGE[] = "image"; /* in a command: by its address */

/* Run qemu-img with the words of @command, where IMAGE stands for the first layer. It does not open those below. */
static int change(const struct disk_config *disk, const struct layer *layer, uid_t user,
		  const char *const command[WORDS], struct error *err)
{
	struct tool tool = { .patience_ms = PATIENCE_MS,
			     .confine = { .kind = CONFINE_CHANGING,
					  .user = user,
					  .file_count = 1,
					  .file = { { .fd = layer->fd, .writable = true } } } };
	char path[CONFINE_PATH], image[CONFINE_PATH + 128];
	const char *argv[WORDS + 2] = { tool_qemu_img() };
	CLEANUP_FREE char *answer = NULL;

	confine_path(&tool.confine, 0, path);
	snprintf(image, sizeof(image), "json:{\"driver\":\"%s\",%s\"file\":{\"driver\":\"%s\",\"filename\":\"%s\"}}",
		 format_names[disk->format], disk->format == FORMAT_QCOW2 ? "\"backing\":null," : "",
		 layer->block ? "host_device" : "file", path);
	for (unsigned int n = 0; n < WORDS; n++)
		argv[n + 1] = command[n] == IMAGE ? image : command[n];
	answer = tool_run(&tool, argv);
	if (answer)
		return 0;
	if (strstr(tool.why, " lock"))
		return disk_fail(disk, ERROR_STATE, "is locked by another guest or program: end that one", err);
	return error_key(err, ERROR_FAILED, "disk", "disk %s: %.300s cannot be changed: %.400s", disk->vdev,
			 disk->target, tool.why);
}

static int check_growth(const struct disk_config *disk, const struct layers *layers, int64_t bytes, struct error *err)
{
	if (disk->access == ACCESS_RO)
		return disk_fail(disk, ERROR_STATE, "is read-only for its guest: resize it with its owner", err);
	if (bytes < layers->layer[0].bytes)
		return disk_fail(disk, ERROR_USAGE, "is larger than that: a disk can only grow while its guest runs",
				 err);
	for (uint32_t n = 1; n < layers->count; n++)
		if (layers->layer[n].bytes > layers->layer[0].bytes)
			return disk_fail(disk, ERROR_STATE,
					 "is smaller than the image that it is based on: shut the guest down and use "
					 "qemu-img resize",
					 err);
	return 0;
}

int64_t change_grow(struct disk_config *disk, uid_t user, int64_t bytes, struct error *err)
{
	struct layers *layers;
	char size[24];
	int64_t now;
	int result = 0;

	if (disk->format == FORMAT_NBD && bytes)
		return disk_fail(disk, ERROR_USAGE,
				 "is an NBD server's: resize it there, then run block-resize without a size", err);
	layers = layers_open(disk, user, err);
	if (!layers)
		return -1;
	now = layers->layer[0].bytes;
	bytes = bytes ? (bytes + 511) / 512 * 512 : now;
	snprintf(size, sizeof(size), "%lld", (long long)bytes);
	/* check_growth() knows that no image below is larger: it would show. */
	if (bytes != now &&
	    (check_growth(disk, layers, bytes, err) ||
	     change(disk, &layers->layer[0], user, (const char *[WORDS]){ "resize", IMAGE, size }, err)))
		result = -1;
	layers_close(layers);
	return result ? -1 : bytes;
}

int change_snapshot(const struct disk_config *disk, uid_t user, enum snapshot_change what, const char *name,
		    struct error *err)
{
	static const char *const options[] = {
		[SNAPSHOT_CREATE] = "-c", [SNAPSHOT_REVERT] = "-a", [SNAPSHOT_DELETE] = "-d"
	};
	struct disk_config copy = *disk;
	struct layers *layers = layers_open(&copy, user, err);
	int result;

	if (!layers)
		return -1;
	result = change(disk, &layers->layer[0], user, (const char *[WORDS]){ "snapshot", options[what], name, IMAGE },
			err);
	layers_close(layers);
	return result;
}

/* The image is hostile: what has no name that change_snapshot() may get is not listed. */
static void take_snapshot(struct snapshots *list, json_object *item)
{
	const char *name = json_string(item, "name");
	struct error ignored;

	if (!name || list->count == SNAPSHOTS || snapshot_check_name(name, &ignored))
		return;
	snprintf(list->item[list->count].name, sizeof(list->item[0].name), "%s", name);
	list->item[list->count++].created = json_number(item, "date-sec", 0);
}

int snapshots_read(const struct disk_config *disk, uid_t user, struct snapshots *list, struct error *err)
{
	struct disk_config copy = *disk;
	struct layers *layers;

	list->count = 0;
	if (disk->format != FORMAT_QCOW2)
		return disk_fail(
			disk, ERROR_STATE,
			"has a format without snapshots: make a qcow2 image of it with qemu-img convert -O qcow2", err);
	layers = layers_open(&copy, user, err);
	if (!layers)
		return -1;
	for (size_t n = 0;
	     json_object_is_type(layers->snapshots, json_type_array) && n < json_object_array_length(layers->snapshots);
	     n++)
		take_snapshot(list, json_object_array_get_idx(layers->snapshots, n));
	layers_close(layers);
	return 0;
}

int snapshot_check_name(const char *name, struct error *err)
{
	if (config_check_name(name, err))
		return error_about(err, "snapshot");
	/* qemu-img would take it for the number of a snapshot. */
	if (strspn(name, "0123456789") == strlen(name))
		return error_key(err, ERROR_USAGE, "snapshot",
				 "\"%s\" is not a name of a snapshot: write at least one letter", name);
	return 0;
}
