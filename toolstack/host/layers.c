// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * layers.c - open the images that an image is based on. qemu-img reads one image at a time and opens no other. The
 * names in an image are checked (backing.h) before the next image is opened.
 */
#include "host/layers.h"
#include "base/cgroup.h"
#include "base/process.h"
#include "cleanup.h"
#include "host/backing.h"
#include "host/disk.h"
#include "json.h"
#include "config/nbd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#define PATIENCE_MS 20000
#define ANSWER_BYTES (256u << 10)
#define READER_BYTES (256ull << 20) /* QEMU's largest tables of an image take a fifth of it */

static const char *qemu_img(void)
{
	const char *program = getenv("VIMO_QEMU_IMG");

	return program && *program ? program : "/usr/bin/qemu-img";
}

/* Read until the end. Return: the bytes, or -1. */
static ssize_t read_all(int fd, char *to, size_t size, int patience_ms)
{
	size_t used = 0;

	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (used == size || poll(&wait, 1, patience_ms) <= 0)
			return -1;
		got = read(fd, to + used, size - used);
		if (got <= 0)
			return got ? -1 : (ssize_t)used;
		used += (size_t)got;
	}
}

/* qemu-img parses what a guest wrote: it begins in a group of its own. Return: the process, or -1. */
static pid_t start_reader(struct confine *confine, const char *const argv[], struct error *err)
{
	CLEANUP_FD int gate = -1;
	int ends[2];
	pid_t pid;

	if (process_gate(ends))
		return error_errno(err, "gate of %s", argv[0]);
	confine->gate_fd = ends[0];
	gate = ends[1];
	pid = confine_spawn(confine, argv, err);
	close(ends[0]);
	if (pid > 0) {
		cgroup_enclose(pid, READER_BYTES);
		process_open_gate(gate); /* at the gate's end, the child exits without a message */
	}
	return pid;
}

static void end_reader(pid_t pid)
{
	kill(pid, SIGKILL); /* it has answered, or does not */
	waitpid(pid, NULL, 0);
	cgroup_release(pid);
}

static json_object *error_info(const struct disk_config *disk, pid_t pid, const char *why, struct error *err)
{
	if (pid > 0)
		end_reader(pid);
	error_key(err, ERROR_FAILED, "disk", "disk %s: %.300s cannot be read as %s: %.400s", disk->vdev, disk->target,
		  format_names[disk->format], why);
	return NULL;
}

/* The reason in qemu-img's messages, without its name and without the path, which is one of confine's root. */
static char *find_reason(char *words)
{
	char *line = strrchr(words, '\n');

	if (line && !line[1]) /* the last line is the reason */
		*line = '\0';
	line = strrchr(words, '\n');
	words = line ? line + 1 : words;
	line = strstr(words, "Could not open '") ? strstr(words, "': ") : NULL;
	if (line)
		return line + 3;
	return strncmp(words, "qemu-img: ", 10) ? words : words + 10;
}

/* qemu-img's information about one image. */
static json_object *read_info(const struct disk_config *disk, uid_t user, int fd, struct error *err)
{
	char path[CONFINE_PATH], words[1024];
	const char *argv[] = {
		qemu_img(), "info", "-U", "-f", format_names[disk->format], "--output=json", path, NULL
	};
	struct confine confine = { .kind = CONFINE_READING, .user = user, .file_count = 1, .file = { { .fd = fd } } };
	CLEANUP_FREE char *answer = calloc(1, ANSWER_BYTES + 1);
	CLEANUP_FD int out = -1, messages = -1;
	int output[2], said[2];
	json_object *info;
	ssize_t got;
	pid_t pid;

	if (access(argv[0], X_OK))
		return error_info(disk, 0, "qemu-img is missing: install qemu-utils", err);
	confine_path(&confine, 0, path);
	if (!answer || pipe2(output, O_CLOEXEC))
		return error_info(disk, 0, strerror(errno), err);
	out = output[0];
	if (pipe2(said, O_CLOEXEC)) {
		close(output[1]);
		return error_info(disk, 0, strerror(errno), err);
	}
	messages = said[0];
	confine.output_fd = output[1];
	confine.messages_fd = said[1];
	pid = start_reader(&confine, argv, err);
	close(output[1]);
	close(said[1]);
	if (pid < 0)
		return NULL;
	if (read_all(out, answer, ANSWER_BYTES, PATIENCE_MS) < 0)
		return error_info(disk, pid, "qemu-img does not answer", err);
	got = read_all(messages, words, sizeof(words) - 1, PATIENCE_MS);
	words[got > 0 ? got : 0] = '\0';
	info = json_parse(answer, strlen(answer));
	if (!info)
		return error_info(disk, pid, *words ? find_reason(words) : "qemu-img exited without a message", err);
	end_reader(pid);
	return info;
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
	if (disk->format == FORMAT_RAW)
		return 0;
	info = read_info(disk, user, layer->fd, err);
	return !info || check_info(disk, info, err) ? -1 : follow(disk, info, err);
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
	free(layers);
}
