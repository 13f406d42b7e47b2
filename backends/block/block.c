// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * block.c - what a disk is, and what its driver is told (VirtIO 1.2, 5.2.4).
 */
#include "block/block.h"

#include <endian.h>
#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FEATURE(bit) (1ull << (bit))

static int failed(struct error *err, const char *what)
{
	return error_set(err, ERROR_FAILED, "disk: %s: %s", what, strerror(errno));
}

static bool unit_ok(uint32_t bytes)
{
	return bytes && bytes <= 65536 && !(bytes & (bytes - 1));
}

/* What direct transfers need; the kernel tells, or a sector is what it was for long. */
static int find_alignment(int fd, struct block_disk *disk, struct error *err)
{
	struct stat stat;
	struct statx statx_now;
	int sector = BLOCK_SECTOR;

	if (fstat(fd, &stat))
		return failed(err, "fstat");
	disk->block_bytes = disk->memory_align = BLOCK_SECTOR;
	if (S_ISBLK(stat.st_mode) && ioctl(fd, BLKSSZGET, &sector))
		return failed(err, "BLKSSZGET");
	disk->block_bytes = (uint32_t)sector;
#ifdef STATX_DIOALIGN
	if (!statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &statx_now) && statx_now.stx_mask & STATX_DIOALIGN &&
	    statx_now.stx_dio_offset_align) {
		disk->block_bytes =
			statx_now.stx_dio_offset_align > BLOCK_SECTOR ? statx_now.stx_dio_offset_align : BLOCK_SECTOR;
		disk->memory_align = statx_now.stx_dio_mem_align;
	}
#else
	(void)statx_now;
#endif
	if (!unit_ok(disk->block_bytes) || !unit_ok(disk->memory_align))
		return error_set(err, ERROR_FAILED, "disk: its blocks of %u bytes are of no use", disk->block_bytes);
	return 0;
}

static int examine(struct block *block, const struct block_options *options, struct error *err)
{
	off_t bytes = lseek(block->fd, 0, SEEK_END);

	if (bytes < 0)
		return failed(err, "size");
	if (find_alignment(block->fd, &block->disk, err))
		return -1;
	block->disk.sectors = ((uint64_t)bytes & ~(uint64_t)(block->disk.block_bytes - 1)) / BLOCK_SECTOR;
	block->disk.readonly = options->readonly;
	strncpy(block->disk.serial, options->serial ? options->serial : "", sizeof(block->disk.serial));
	return 0;
}

static void show(struct virtio_device *device)
{
	const struct block *block = ((struct endpoint *)(void *)device)->context;
	const struct virtio_blk_config config = {
		.capacity = htole64(block->disk.sectors),
		.seg_max = htole32(BLOCK_SEGMENTS),
		.blk_size = htole32(block->disk.block_bytes),
		.num_queues = htole16((uint16_t)block->queues),
		.max_discard_sectors = htole32(BLOCK_RANGE_SECTORS),
		.max_discard_seg = htole32(1),
		.discard_sector_alignment = htole32(block->disk.block_bytes / BLOCK_SECTOR),
		.max_write_zeroes_sectors = htole32(BLOCK_RANGE_SECTORS),
		.max_write_zeroes_seg = htole32(1),
		.write_zeroes_may_unmap = 1,
	};

	transport_show_config(device, &config, sizeof(config));
}

static uint64_t features_of(const struct block *block)
{
	uint64_t features =
		FEATURE(VIRTIO_BLK_F_SEG_MAX) | FEATURE(VIRTIO_BLK_F_BLK_SIZE) | FEATURE(VIRTIO_BLK_F_FLUSH);

	if (block->disk.readonly)
		features |= FEATURE(VIRTIO_BLK_F_RO);
	else
		features |= FEATURE(VIRTIO_BLK_F_DISCARD) | FEATURE(VIRTIO_BLK_F_WRITE_ZEROES);
	return block->queues > 1 ? features | FEATURE(VIRTIO_BLK_F_MQ) : features;
}

static void block_free(struct block *block)
{
	for (unsigned int i = 0; i < block->queues; i++)
		block_queue_close(&block->queue[i]);
	if (block->fd >= 0)
		close(block->fd);
	free(block);
}

static void removed(struct endpoint *endpoint)
{
	block_free(endpoint->context);
}

static int attach(struct block *block, struct io_thread *threads, unsigned int thread_count, struct error *err)
{
	struct endpoint *endpoint = block->endpoint;

	for (unsigned int i = 0; i < block->queues; i++)
		if (!block_queue_prepare(&block->queue[i], block, i, &threads[(endpoint->slot + i) % thread_count]))
			return error_set(err, ERROR_RESOURCES, "disk: no memory");
	endpoint->context = block;
	endpoint->removed = removed;
	endpoint->device.queues = block->queues;
	endpoint->device.features = features_of(block);
	if (endpoint_attach(endpoint, &block_model, show, err))
		return -1;
	for (unsigned int i = 0; i < block->queues; i++)
		block_queue_open(&block->queue[i]);
	return 0;
}

int block_add(struct endpoint *endpoint, int fd, const struct block_options *options, struct io_thread *threads,
	      unsigned int thread_count, struct error *err)
{
	struct block *block = calloc(1, sizeof(*block));

	if (!block)
		return error_set(err, ERROR_RESOURCES, "disk: no memory");
	block->endpoint = endpoint;
	block->queues = options->queues;
	block->operations.rate = options->operations_per_second;
	block->bytes.rate = options->bytes_per_second;
	block->fd = fd;
	if (!examine(block, options, err) && !attach(block, threads, thread_count, err))
		return 0;
	block->fd = -1; /* the caller's */
	block_free(block);
	return -1;
}
