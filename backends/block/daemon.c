// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon.c - a disk whose data a storage daemon has: vimo-dm is the driver of its
 * vhost-user-blk export, with a ring in memory that the daemon maps beside the
 * guest's. vimo-dm checks and limits the guest's requests; when the daemon is killed,
 * vimo-dm sends them to the next one. Data go between daemon and guest directly.
 *
 * Context: the I/O thread of queue 0, unless a function's comment names another.
 */
#include "block/daemon_ring.h"
#include "host/vhost_user.h"

#include "log.h"

#include <endian.h>
#include <linux/virtio_ring.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define F_INDIRECT (1ull << VIRTIO_RING_F_INDIRECT_DESC)
#define KNOWN                                                                                            \
	(1ull << VIRTIO_BLK_F_FLUSH | 1ull << VIRTIO_BLK_F_DISCARD | 1ull << VIRTIO_BLK_F_WRITE_ZEROES | \
	 1ull << VIRTIO_BLK_F_RO | 1ull << VIRTIO_BLK_F_BLK_SIZE | 1ull << VIRTIO_BLK_F_SEG_MAX)
/* Each daemon has at least so much of the configuration space. */
#define CONFIG_BYTES offsetof(struct virtio_blk_config, unused1)

static struct io_thread *thread_of(const struct block_remote *remote)
{
	return remote->block->queue[0].thread;
}

static void watch_ended(struct block_remote *remote)
{
	struct virtio_device *device = &remote->block->endpoint->device;

	pthread_mutex_lock(&device->lock);
	remote->watches--;
	pthread_cond_broadcast(&device->idle);
	pthread_mutex_unlock(&device->lock);
}

static void on_call(struct io_op *op, int result, unsigned int flags)
{
	struct block_remote *remote = container_of(op, struct block_remote, called);

	(void)result;
	if (remote->connected)
		daemon_take_completions(remote);
	if (flags & IORING_CQE_F_MORE)
		return;
	if (remote->closing)
		watch_ended(remote);
	else
		io_thread_watch(thread_of(remote), &remote->called, remote->ring.call);
}

/* The daemon sends no messages of its own accord: the socket is readable only when the daemon has ended. */
static void on_hang_up(struct io_op *op, int result, unsigned int flags)
{
	struct block_remote *remote = container_of(op, struct block_remote, hung_up);

	if (result >= 0 && remote->connected) {
		daemon_take_completions(remote);
		remote->connected = false;
		log_warning("disk in slot %u: its storage daemon has ended: requests wait for the next one",
			    remote->block->endpoint->slot);
	}
	if (!(flags & IORING_CQE_F_MORE))
		watch_ended(remote);
	else if (!remote->connected)
		io_thread_cancel(thread_of(remote), &remote->hung_up);
}

static void hold(struct io_thread *thread, void *argument)
{
	struct block_remote *remote = argument;

	if (remote->connected)
		daemon_take_completions(remote);
	remote->connected = false;
	io_thread_cancel(thread, &remote->hung_up);
}

static void resume(struct io_thread *thread, void *argument)
{
	struct block_remote *remote = argument;

	io_thread_watch(thread, &remote->hung_up, remote->socket);
	remote->connected = true;
	daemon_publish_all(remote);
}

static void wait_for_watches(struct block_remote *remote, unsigned int left)
{
	struct virtio_device *device = &remote->block->endpoint->device;

	pthread_mutex_lock(&device->lock);
	while (remote->watches > left)
		pthread_cond_wait(&device->idle, &device->lock);
	pthread_mutex_unlock(&device->lock);
}

static int examine(struct block_remote *remote, struct error *err)
{
	struct virtio_blk_config config = { 0 };
	struct block *block = remote->block;
	struct block_disk *disk = &block->disk;
	struct block_disk measured = { .sectors = 0 };

	if (vhost_user_config(remote->socket, &config, CONFIG_BYTES, err))
		return -1;
	measured.sectors = le64toh(config.capacity);
	if (!disk->sectors)
		disk->sectors = measured.sectors;
	else if (block_grow(block, &measured, err))
		return -1;
	disk->block_bytes = le32toh(config.blk_size) > BLOCK_SECTOR ? le32toh(config.blk_size) : BLOCK_SECTOR;
	disk->sector_bytes = disk->block_bytes;
	disk->segment_bytes = disk->memory_align = 1; /* the daemon copies data that are not aligned */
	disk->range_sectors = le32toh(config.max_discard_sectors) < le32toh(config.max_write_zeroes_sectors) ?
				      le32toh(config.max_discard_sectors) :
				      le32toh(config.max_write_zeroes_sectors);
	if (disk->range_sectors > BLOCK_RANGE_SECTORS)
		disk->range_sectors = BLOCK_RANGE_SECTORS;
	if (le32toh(config.seg_max) && le32toh(config.seg_max) < block->segments)
		block->segments = le32toh(config.seg_max);
	if (!disk->sectors || disk->block_bytes & (disk->block_bytes - 1) || disk->block_bytes > 65536)
		return error_set(err, ERROR_FAILED, "disk: the storage daemon shows a size that is not valid");
	if (remote->features >> VIRTIO_BLK_F_RO & 1 && !disk->readonly)
		return error_set(err, ERROR_FAILED, "disk: the storage daemon allows no writes: set access = \"ro\"");
	return 0;
}

/* Begin with the daemon at remote->socket. Context: the event loop, while the I/O thread does not use the ring. */
static int shake_hands(struct block_remote *remote, struct error *err)
{
	uint64_t features = KNOWN | F_INDIRECT;

	if (vhost_user_open(remote->socket, &features, err))
		return -1;
	if (!(features & F_INDIRECT) || remote->features & ~features)
		return error_set(err, ERROR_FAILED, "disk: the storage daemon lacks features: %llx",
				 (unsigned long long)((remote->features | F_INDIRECT) & ~features));
	remote->features = features;
	if (examine(remote, err))
		return -1;
	return driver_ring_start(&remote->ring, remote->socket, features, 0, remote->memory_fd, err);
}

static void remote_free(struct block_remote *remote, bool sockets)
{
	if (sockets) {
		close(remote->socket);
		close(remote->memory_fd);
	}
	driver_ring_close(&remote->ring);
	free(remote);
}

static void begin(struct io_thread *thread, void *argument)
{
	struct block_remote *remote = argument;

	io_thread_watch(thread, &remote->called, remote->ring.call);
	resume(thread, remote);
}

static int daemon_open(struct block *block, const struct block_options *options, struct error *err)
{
	struct block_remote *remote = calloc(1, sizeof(*remote));

	if (!remote)
		return error_set(err, ERROR_RESOURCES, "disk: out of memory");
	remote->block = block;
	remote->socket = options->fd;
	remote->memory_fd = options->memory_fd;
	remote->called.done = on_call;
	remote->hung_up.done = on_hang_up;
	if (driver_ring_open(&remote->ring, block->endpoint->device.memory, sizeof(*remote->shared), err)) {
		remote_free(remote, false);
		return -1;
	}
	remote->shared = (struct daemon_shared *)(void *)remote->ring.shared;
	if (shake_hands(remote, err)) {
		remote_free(remote, false);
		return -1;
	}
	block->features &= remote->features;
	block->remote = remote;
	remote->watches = 2;
	io_thread_call(thread_of(remote), begin, remote);
	return 0;
}

static void end_watches(struct io_thread *thread, void *argument)
{
	struct block_remote *remote = argument;

	remote->closing = true;
	io_thread_cancel(thread, &remote->called);
	hold(thread, remote);
}

static void daemon_close(struct block *block)
{
	struct block_remote *remote = block->remote;

	io_thread_call(thread_of(remote), end_watches, remote);
	wait_for_watches(remote, 0);
	remote_free(remote, !block->keep_fds);
}

static int reconnect(struct endpoint *endpoint, int fd, struct error *err)
{
	const struct block *block = endpoint->context;
	struct block_remote *remote = block->remote;
	int old = remote->socket;

	io_thread_call(thread_of(remote), hold, remote);
	wait_for_watches(remote, 1);
	remote->socket = fd;
	if (shake_hands(remote, err)) {
		remote->socket = old; /* closed at the other end; a later reconnection may succeed */
		return -1;
	}
	close(old);
	remote->watches = 2;
	io_thread_call(thread_of(remote), resume, remote);
	return 0;
}

const struct block_backend block_daemon = {
	.open = daemon_open,
	.close = daemon_close,
	.submit = daemon_submit,
	.reconnect = reconnect,
	.features = 1ull << VIRTIO_BLK_F_FLUSH | 1ull << VIRTIO_BLK_F_DISCARD | 1ull << VIRTIO_BLK_F_WRITE_ZEROES,
};
