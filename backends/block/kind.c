// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kind.c - what a disk is, and what its driver is told (VirtIO 1.2, 5.2.4).
 */
#include "block/block.h"

#include <endian.h>
#include <linux/virtio_config.h>
#include <stdlib.h>
#include <string.h>

#define FEATURE(bit) (1ull << (bit))

static void show(struct virtio_device *device)
{
	const struct block *block = ((struct endpoint *)(void *)device)->context;
	const struct virtio_blk_config config = {
		.capacity = htole64(block->disk.sectors),
		.seg_max = htole32(block->segments),
		.blk_size = htole32(block->disk.block_bytes),
		.num_queues = htole16((uint16_t)block->queues),
		.max_discard_sectors = htole32(block->disk.range_sectors),
		.max_discard_seg = htole32(1),
		.discard_sector_alignment = htole32(block->disk.block_bytes / BLOCK_SECTOR),
		.max_write_zeroes_sectors = htole32(block->disk.range_sectors),
		.max_write_zeroes_seg = htole32(1),
		.write_zeroes_may_unmap = 1,
	};

	transport_show_config(device, &config, sizeof(config));
}

/* What changes the image is not offered where that must not be. */
static uint64_t features_of(const struct block *block)
{
	const uint64_t changing = FEATURE(VIRTIO_BLK_F_DISCARD) | FEATURE(VIRTIO_BLK_F_WRITE_ZEROES);
	uint64_t features = FEATURE(VIRTIO_BLK_F_SEG_MAX) | FEATURE(VIRTIO_BLK_F_BLK_SIZE) | block->features;

	if (block->disk.readonly)
		features = (features & ~changing) | FEATURE(VIRTIO_BLK_F_RO);
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
	endpoint->removed = removed;
	endpoint->reconnect = block->backend->reconnect;
	endpoint->device.queues = block->queues;
	endpoint->device.features = features_of(block);
	if (endpoint_attach(endpoint, &block_model, show, err))
		return -1;
	for (unsigned int i = 0; i < block->queues; i++)
		block_queue_open(&block->queue[i]);
	return 0;
}

static int prepare(struct block *block, const struct block_options *options, struct error *err)
{
	for (unsigned int i = 0; i < block->queues; i++) {
		struct io_thread *thread = &options->threads[(block->endpoint->slot + i) % options->thread_count];

		if (!block_queue_prepare(&block->queue[i], block, i, thread))
			return error_set(err, ERROR_RESOURCES, "disk: no memory");
	}
	block->disk.readonly = options->readonly;
	strncpy(block->disk.serial, options->serial ? options->serial : "", sizeof(block->disk.serial));
	if (block->backend->open(block, options, err))
		return -1;
	block->opened = true;
	return 0;
}

int block_add(struct endpoint *endpoint, const struct block_backend *backend, const struct block_options *options,
	      struct error *err)
{
	struct block *block = calloc(1, sizeof(*block));

	if (!block)
		return error_set(err, ERROR_RESOURCES, "disk: no memory");
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

void block_retry(struct endpoint *endpoint)
{
	struct block *block = endpoint->context;

	if (endpoint->device.model != &block_model)
		return;
	for (unsigned int i = 0; i < block->queues; i++)
		block_queue_retry(&block->queue[i]);
}
