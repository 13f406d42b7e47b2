// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * config.c - a disk's configuration space (VirtIO 1.2, 5.2.4).
 */
#include "block/block.h"

#include <endian.h>

void block_show(struct virtio_device *device)
{
	struct block *block = endpoint_of(device)->context;
	struct virtio_blk_config shown;
	const struct virtio_blk_config config = {
		.capacity = htole64(block->disk.sectors),
		.seg_max = htole32(block->segments),
		.blk_size = htole32(block->disk.sector_bytes),
		.physical_block_exp = (uint8_t)__builtin_ctz(block->disk.block_bytes / block->disk.sector_bytes),
		.min_io_size = htole16((uint16_t)(block->disk.block_bytes / block->disk.sector_bytes)),
		.num_queues = htole16((uint16_t)block->queues),
		.max_discard_sectors = htole32(block->disk.range_sectors),
		.max_discard_seg = htole32(1),
		.discard_sector_alignment = htole32(block->disk.block_bytes / BLOCK_SECTOR),
		.max_write_zeroes_sectors = htole32(block->disk.range_sectors),
		.max_write_zeroes_seg = htole32(1),
		.write_zeroes_may_unmap = 1,
	};

	transport_read_config(device, &shown, sizeof(shown));
	block->resized = shown.capacity != config.capacity;
	transport_show_config(device, &config, sizeof(config));
}

int block_grow(struct block *block, const struct block_disk *measured, struct error *err)
{
	struct virtio_device *device = &block->endpoint->device;
	int result = 0;

	pthread_mutex_lock(&device->lock);
	if (measured->sectors < block->disk.sectors) {
		result = error_set(err, ERROR_STATE,
				   "disk: the image is smaller than the disk that the guest has: restore the image");
	} else if (measured->sectors > block->disk.sectors) {
		block->disk.sectors = measured->sectors;
		block->disk.padding = measured->padding;
		block_show(device);
		transport_config_changed(device);
	}
	pthread_mutex_unlock(&device->lock);
	return result;
}
