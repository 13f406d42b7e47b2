// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fs.c - a shared folder put into a slot, and started.
 */
#include "fs/fs.h"

#include "fs/device.h"
#include "fs/link.h"
#include "container.h"
#include "json.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define FS_TAG sizeof(((struct virtio_fs_config *)0)->tag) /* bytes of a tag, at most */

static int reconnect(struct endpoint *endpoint, int fd, struct error *err)
{
	struct virtio_device *device = &endpoint->device;
	struct fs *fs = endpoint->context;
	const uint64_t one = 1;
	ssize_t written;

	(void)err;
	pthread_mutex_lock(&device->lock);
	if (fs->next >= 0)
		close(fs->next);
	fs->next = fd;
	pthread_mutex_unlock(&device->lock);
	written = write(fs->wake, &one, sizeof(one));
	(void)written;
	return 0;
}

static void show_config(struct virtio_device *device)
{
	const struct fs *fs = container_of(device, struct endpoint, device)->context;
	struct virtio_fs_config config = { .num_request_queues = htole32(1) };

	memcpy(config.tag, fs->tag, sizeof(config.tag));
	transport_show_config(device, &config, sizeof(config));
}

static int set_up(struct fs *fs, struct error *err)
{
	struct endpoint *endpoint = fs->endpoint;

	if (fs_nodes_open(&fs->nodes, fs->state, err))
		return -1;
	if (driver_ring_open(&fs->ring, endpoint->device.memory, sizeof(*fs->shared), err) || fs_connect(fs, err))
		return -1;
	fs->shared = (struct fs_shared *)(void *)fs->ring.shared;
	fs->nodes.hidden = *fs->hidden ? fs->hidden : NULL;
	fs->slot = calloc(FS_SLOTS, sizeof(*fs->slot));
	fs->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!fs->slot || fs->wake < 0)
		return error_set(err, ERROR_RESOURCES, "fs %s: %s", fs->tag, strerror(errno));
	endpoint->context = fs;
	endpoint->reconnect = reconnect;
	endpoint->device.queues = FS_QUEUES;
	endpoint->device.features = 0;
	return endpoint_attach(endpoint, &fs_model, show_config, err);
}

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	const char *tag = json_string(spec->json, "tag"), *hidden = json_string(spec->json, "hidden");
	struct fs *fs;

	if (!tag || !*tag || strlen(tag) > FS_TAG)
		return error_set(err, ERROR_USAGE, "fs: a tag must have 1 to %zu bytes", FS_TAG);
	fs = calloc(1, sizeof(*fs));
	if (!fs)
		return error_set(err, ERROR_RESOURCES, "fs: out of memory");
	*fs = (struct fs){ .endpoint = endpoint,
			   .socket = spec->fds[0],
			   .memory_fd = spec->fds[1],
			   .state = spec->fds[2],
			   .wake = -1,
			   .next = -1 };
	fs->ring.fd = fs->ring.kick = fs->ring.call = -1;
	snprintf(fs->tag, sizeof(fs->tag), "%s", tag);
	snprintf(fs->hidden, sizeof(fs->hidden), "%s", hidden ? hidden : "");
	if (!set_up(fs, err)) {
		/* A driver that has not begun does not know any file, whatever a previous driver knew. */
		if (!transport_status(&endpoint->device))
			fs_nodes_clear(&fs->nodes);
		return 0;
	}
	driver_ring_close(&fs->ring);
	fs_nodes_close(&fs->nodes);
	if (fs->wake >= 0)
		close(fs->wake);
	free(fs->slot);
	free(fs);
	return -1;
}

static int start(struct endpoint *endpoint, struct error *err)
{
	struct fs *fs = endpoint->context;
	pthread_t thread;
	int status = pthread_create(&thread, NULL, fs_device_run, fs);

	return status ? error_set(err, ERROR_RESOURCES, "fs %s: cannot start a thread: %s", fs->tag, strerror(status)) :
			0;
}

const struct device_kind fs_kind = {
	.type = "fs",
	.fds_min = 3,
	.fds_max = 3,
	.add = add,
	.start = start,
};
