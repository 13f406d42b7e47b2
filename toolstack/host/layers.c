// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * layers.c - open the images that an image is based on. qemu-img reads one image at a time and opens no other. The
 * names in an image are checked (backing.h) before the next image is opened.
 */
#include "host/layers.h"
#include "cleanup.h"
#include "host/backing.h"
#include "host/disk.h"
#include "host/tool.h"
#include "json.h"
#include "config/nbd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static json_object *error_info(const struct disk_config *disk, const char *why, struct error *err)
{
	error_key(err, ERROR_FAILED, "disk", "disk %s: %.300s cannot be read as %s: %.400s", disk->vdev, disk->target,
		  format_names[disk->format], why);
	return NULL;
}

/* qemu-img's information about one image. */
static json_object *read_info(const struct disk_config *disk, uid_t user, int fd, struct error *err)
{
	char path[CONFINE_PATH];
	const char *argv[] = { tool_qemu_img(), "info", "-U", "-f", format_names[disk->format],
			       "--output=json", path,   NULL };
	struct tool tool = {
		.confine = { .kind = CONFINE_READING, .user = user, .file_count = 1, .file = { { .fd = fd } } }
	};
	CLEANUP_FREE char *answer = NULL;
	json_object *info;

	if (access(argv[0], X_OK))
		return error_info(disk, "qemu-img is missing: install qemu-utils", err);
	confine_path(&tool.confine, 0, path);
	answer = tool_run(&tool, argv);
	if (!answer)
		return error_info(disk, tool.why, err);
	info = json_parse(answer, strlen(answer));
	return info ? info : error_info(disk, "qemu-img gave no information", err);
}

static int check_info(const struct disk_config *disk, json_object *info, struct error *err)
{
	json_object *specific = NULL, *data = NULL;

	if (json_object_object_get_ex(info, "format-specific", &specific))
		json_object_object_get_ex(specific, "data", &data);
	if (json_number(info, "virtual-size", 0) <= 0)
		return disk_fail(disk, ERROR_FAILED, "is a disk without a size: set one with qemu-img resize", err);
	if (json_flag(info, "encrypted"))
		return disk_fail(disk, ERROR_FAILED, "is encrypted: make a plain image of it with qemu-img convert",
				 err);
	if (data && json_object_object_get_ex(data, "data-file", NULL))
		return disk_fail(disk, ERROR_FAILED,
				 "has its data in another file: make one file of both with qemu-img convert -O qcow2",
				 err);
	if (data && json_flag(data, "corrupt"))
		return disk_fail(disk, ERROR_FAILED, "is marked corrupt: repair it with qemu-img check -r all", err);
	return 0;
}

/* Return: 1, and @disk becomes the image that @info's image is based on; 0 when it is based on none. */
static int follow(struct disk_config *disk, json_object *info, struct error *err)
{
	const char *name = json_string(info, "backing-filename");
	const char *format = json_string(info, "backing-filename-format");
	char *slash = strrchr(disk->target, '/');
	enum disk_format found;

	if (!name)
		return 0;
	if (!format)
		return disk_fail(
			disk, ERROR_FAILED,
			"does not name its backing file's format: set it with qemu-img rebase -u -b FILE -F FORMAT",
			err);
	if (!format_find(format, &found) || found == FORMAT_NBD)
		return disk_fail(disk, ERROR_FAILED,
				 "is based on an image of another format: convert it to a format of guest.cfg(5)", err);
	if (!strncmp(name, "json:", 5) || (strchr(name, ':') && (*name != '/' && *name != '.')))
		return disk_fail(
			disk, ERROR_FAILED,
			"is based on an image that is not a file: make one image of both with qemu-img convert", err);
	if (*name == '/')
		slash = disk->target;
	else
		slash++; /* relative to the directory of the image that names it */
	if ((size_t)(slash - disk->target) + strlen(name) >= sizeof(disk->target))
		return disk_fail(disk, ERROR_FAILED, "is based on a file whose path is too long: move it", err);
	strcpy(slash, name);
	disk->format = found;
	disk->access = ACCESS_RO;
	return 1;
}

/* Open the directory of a server's socket: the socket is a new file when the server is restarted. */
static int open_server(struct layer *layer, const struct disk_config *disk, struct error *err)
{
	struct nbd_uri uri;

	layer->fd = -1;
	if (nbd_parse(disk->target, &uri, err))
		return -1;
	layer->format = FORMAT_NBD;
	strcpy(layer->path, disk->target);
	if (*uri.address)
		return 0;
	*(strrchr(uri.path, '/') + 1) = '\0';
	layer->fd = open(uri.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return layer->fd >= 0 ?
		       0 :
		       disk_fail(
			       disk, ERROR_FAILED,
			       "cannot be reached, its socket's directory does not exist: start the server, or correct target",
			       err);
}

static int open_layer(struct layers *layers, struct disk_config *disk, uid_t user, struct error *err)
{
	struct layer *layer = &layers->layer[layers->count];
	CLEANUP_JSON json_object *info = NULL;
	CLEANUP_FD int found = -1;
	struct stat status;

	if (disk->format == FORMAT_NBD) {
		layers->count++;
		return open_server(layer, disk, err);
	}
	if (layers->count == CONFINE_FILES)
		return disk_fail(disk, ERROR_FAILED,
				 "has too many images above it: make one image of some with qemu-img convert", err);
	found = layers->count ? backing_find(disk, layer[-1].path, err) : disk_find(disk, err);
	if (found < 0)
		return -1;
	layer->fd = disk_open_found(disk, found, &layer->direct, err);
	layer->locked = disk->access == ACCESS_RO;
	if (layer->fd < 0)
		return -1;
	layers->count++;
	/* QEMU does not lock images that another image is based on. A process with the descriptor has this lock. */
	if (layer->locked && disk_lock(disk, layer->fd, err))
		return -1;
	strcpy(layer->path, disk->target);
	layer->format = disk->format;
	layer->block = !fstat(layer->fd, &status) && S_ISBLK(status.st_mode);
	layer->bytes = lseek(layer->fd, 0, SEEK_END);
	if (disk->format == FORMAT_RAW)
		return 0;
	info = read_info(disk, user, layer->fd, err);
	if (!info || check_info(disk, info, err))
		return -1;
	layer->bytes = json_number(info, "virtual-size", 0);
	if (layers->count == 1)
		layers->snapshots = json_object_get(json_object_object_get(info, "snapshots"));
	return follow(disk, info, err);
}

struct layers *layers_open(struct disk_config *disk, uid_t user, struct error *err)
{
	struct disk_config at = *disk;
	struct layers *layers = calloc(1, sizeof(*layers));
	int more;

	if (!layers) {
		disk_fail(disk, ERROR_RESOURCES, "cannot be opened, dom0 has no memory: end a program", err);
		return NULL;
	}
	do
		more = open_layer(layers, &at, user, err);
	while (more > 0);
	if (!more) {
		strcpy(disk->backing, at.backing);
		return layers;
	}
	layers_close(layers);
	return NULL;
}

void layers_close(struct layers *layers)
{
	while (layers->count--)
		if (layers->layer[layers->count].fd >= 0)
			close(layers->layer[layers->count].fd);
	json_object_put(layers->snapshots);
	free(layers);
}
