// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kind.c - a disk: its options and features.
 */
#include "block/block.h"
#include "json.h"

#include <linux/virtio_config.h>
#include <stdlib.h>
#include <string.h>

#define FEATURE(bit) (1ull << (bit))

/* A read-only disk offers no requests that change its image. */
static uint64_t features_of(const struct block *block)
{
	const uint64_t changing = FEATURE(VIRTIO_BLK_F_DISCARD) | FEATURE(VIRTIO_BLK_F_WRITE_ZEROES);
	uint64_t features = FEATURE(VIRTIO_BLK_F_SEG_MAX) | FEATURE(VIRTIO_BLK_F_BLK_SIZE) | block->features;

	if (block->disk.readonly)
		features = (features & ~changing) | FEATURE(VIRTIO_BLK_F_RO);
	if (block->disk.sector_bytes < block->disk.block_bytes)
		features |= FEATURE(VIRTIO_BLK_F_TOPOLOGY);
	features |= block->packed ? FEATURE(VIRTIO_F_RING_PACKED) : 0;
	return block->queues > 1 ? features | FEATURE(VIRTIO_BLK_F_MQ) : features;
}

static void block_free(struct block *block)
{
	for (unsigned int i = 0; i < block->queues; i++)
		block_queue_close(&block->queue[i]);
	if (block->opened)
		block->backend->close(block);
	free(block);
}

static void removed(struct endpoint *endpoint)
{
	block_free(endpoint->context);
}

static int attach(struct block *block, struct error *err)
{
	struct endpoint *endpoint = block->endpoint;

	endpoint->context = block;
	endpoint->reconnect = block->backend->reconnect;
	endpoint->device.queues = block->queues;
	endpoint->device.features = features_of(block);
	if (endpoint_attach(endpoint, &block_model, block_show, err))
		return -1;
	/* A driver that the previous vimo-dm served knows the size from then. */
	pthread_mutex_lock(&endpoint->device.lock);
	if (block->resized)
		transport_config_changed(&endpoint->device);
	pthread_mutex_unlock(&endpoint->device.lock);
	for (unsigned int i = 0; i < block->queues; i++)
		block_queue_open(&block->queue[i]);
	return 0;
}

static int prepare(struct block *block, const struct block_options *options, struct error *err)
{
	for (unsigned int i = 0; i < block->queues; i++) {
		const struct endpoint_host *host = block->endpoint->host;
		struct io_thread *thread = &host->io_threads[(block->endpoint->slot + i) % host->io_thread_count];

		if (!block_queue_prepare(&block->queue[i], block, i, thread))
			return error_set(err, ERROR_RESOURCES, "disk: out of memory");
	}
	block->disk.readonly = options->readonly;
	strncpy(block->disk.serial, options->serial ? options->serial : "", sizeof(block->disk.serial));
	if (block->backend->open(block, options, err))
		return -1;
	block->opened = true;
	return 0;
}

static int add_disk(struct endpoint *endpoint, const struct block_backend *backend, const struct block_options *options,
		    struct error *err)
{
	struct block *block = calloc(1, sizeof(*block));

	if (!block)
		return error_set(err, ERROR_RESOURCES, "disk: out of memory");
	block->endpoint = endpoint;
	block->backend = backend;
	block->features = backend->features;
	block->segments = BLOCK_SEGMENTS;
	block->queues = options->queues;
	block->operations.rate = options->operations_per_second;
	block->bytes.rate = options->bytes_per_second;
	block->stop_on_error = options->stop_on_error;
	block->packed = options->packed;
	if (!prepare(block, options, err) && !attach(block, err))
		return 0;
	block->keep_fds = true; /* they are the caller's */
	block_free(block);
	return -1;
}

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *err)
{
	const char *backend = json_string(spec->json, "backend");
	const char *stop = json_string(spec->json, "on_io_error");
	bool daemon = backend && !strcmp(backend, "vhost-user");
	bool two = spec->fd_count == 2;
	struct block_options options = {
		.fd = spec->fds[0],
		.memory_fd = spec->fds[1],
		.cached_fd = two && !daemon ? spec->fds[1] : -1,
		.readonly = json_flag(spec->json, "readonly"),
		.queues = (unsigned int)json_number(spec->json, "queues", 1),
		.operations_per_second = (uint64_t)json_number(spec->json, "iops", 0),
		.bytes_per_second = (uint64_t)json_number(spec->json, "bytes_per_second", 0),
		.serial = json_string(spec->json, "serial"),
		.stop_on_error = stop && !strcmp(stop, "stop"),
		.packed = json_flag(spec->json, "packed"),
	};

	if (options.queues < 1 || options.queues > BLOCK_QUEUES)
		return error_set(err, ERROR_USAGE, "disk: queues must be 1 to %u", BLOCK_QUEUES);
	if (daemon && (!two || options.queues != 1))
		return error_set(err, ERROR_USAGE,
				 "disk: a storage daemon's disk must have two descriptors and one queue");
	return add_disk(endpoint, daemon ? &block_daemon : &block_image, &options, err);
}

static int grow(struct endpoint *endpoint, struct error *err)
{
	struct block *block = endpoint->context;
	struct block_disk measured = block->disk;

	if (!block->backend->measure)
		return error_set(err, ERROR_STATE, "disk: its storage daemon must be started again to grow it");
	return block->backend->measure(block, &measured, err) || block_grow(block, &measured, err) ? -1 : 0;
}

static void retry(struct endpoint *endpoint)
{
	struct block *block = endpoint->context;

	for (unsigned int i = 0; i < block->queues; i++)
		block_queue_retry(&block->queue[i]);
}

const struct device_kind block_kind = {
	.type = "block",
	.fds_min = 1,
	.fds_max = 2,
	.add = add,
	.retry = retry,
	.grow = grow,
	.removed = removed,
};
