// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * image.c - a disk that is a file or block device of dom0, by io_uring.
 */
#include "block/block.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vimo/guest_map.h>
#include <vimo/ioctl.h>

/*
 * The module's descriptor spares the kernel some 370 instructions a page: pages need not be found,
 * pinned, marked and released one by one.
 */
static int data_fd(const struct block *block, const struct block_step *step)
{
	if (step->cached && block->cached_fd >= 0)
		return block->cached_fd;
	return block->data >= 0 && step->in_guest ? block->data : block->fd;
}

static void image_submit(struct block_queue *queue, const struct block_step *step, struct io_op *op)
{
	struct io_uring_sqe *sqe = io_thread_request(queue->thread);
	int fd = queue->block->fd;
	int data = data_fd(queue->block, step);

	switch (step->action) {
	case BLOCK_READ: io_uring_prep_readv(sqe, data, step->iov, step->count, step->offset); break;
	case BLOCK_WRITE:
		io_uring_prep_writev2(sqe, data, step->iov, step->count, step->offset,
				      queue->block->disk.write_through ? RWF_DSYNC : 0);
		break;
	case BLOCK_FLUSH: io_uring_prep_fsync(sqe, fd, IORING_FSYNC_DATASYNC); break;
	case BLOCK_DISCARD:
		io_uring_prep_fallocate(sqe, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)step->offset,
					(off_t)step->bytes);
		break;
	case BLOCK_ZERO:
		io_uring_prep_fallocate(sqe, fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, (off_t)step->offset,
					(off_t)step->bytes);
		break;
	}
	io_uring_sqe_set_data(sqe, op);
}

static bool unit_ok(uint32_t bytes)
{
	return bytes && bytes <= 65536 && !(bytes & (bytes - 1));
}

/* The alignment of direct transfers; 512 bytes, a sector, where the kernel does not know it. */
static int find_alignment(int fd, struct block_disk *disk, struct error *err)
{
	struct stat stat;
	struct statx statx_now;
	int sector = BLOCK_SECTOR;

	if (fstat(fd, &stat))
		return error_errno(err, "disk: fstat");
	disk->block_bytes = disk->memory_align = BLOCK_SECTOR;
	if (S_ISBLK(stat.st_mode) && ioctl(fd, BLKSSZGET, &sector))
		return error_errno(err, "disk: BLKSSZGET");
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
		return error_set(
			err, ERROR_FAILED,
			"disk: blocks of %u bytes are not supported: use an image on another file system or disk",
			disk->block_bytes);
	return 0;
}

static int open_data(const struct block *block, int image)
{
	const struct endpoint_host *host = block->endpoint->host;
	struct vimo_ioc_disk disk = { .base = (uintptr_t)host->memory->base - host->memory->ipa + VIMO_GUEST_RAM_BASE,
				      .image = image };

	return ioctl(host->domain, VIMO_IOC_DISK_FD, &disk) ? -1 : disk.fd;
}

static int measure(const struct block *block, struct block_disk *disk, struct error *err)
{
	off_t bytes = lseek(block->fd, 0, SEEK_END);

	if (bytes < 0)
		return error_errno(err, "disk: size");
	disk->padding = (uint32_t)(-(uint64_t)bytes & (disk->sector_bytes - 1));
	disk->sectors = ((uint64_t)bytes + disk->padding) / BLOCK_SECTOR;
	return 0;
}

/* A partition table of sectors as large as the blocks begins in the second of them (UEFI 2.10, 5.3.2). */
static bool has_large_sectors(const struct block *block)
{
	static const char signature[8] = "EFI PART";
	char found[sizeof(signature)] = "";

	return pread(block->cached_fd, found, sizeof(found), block->disk.block_bytes) == sizeof(found) &&
	       !memcmp(found, signature, sizeof(found));
}

static int image_open(struct block *block, const struct block_options *options, struct error *err)
{
	if (find_alignment(options->fd, &block->disk, err))
		return -1;
	block->disk.segment_bytes = block->disk.block_bytes;
	block->disk.range_sectors = BLOCK_RANGE_SECTORS;
	block->fd = options->fd;
	block->cached_fd = options->cached_fd;
	block->disk.sector_bytes = block->disk.block_bytes;
	if (block->cached_fd >= 0 && !has_large_sectors(block))
		block->disk.sector_bytes = BLOCK_SECTOR;
	if (measure(block, &block->disk, err))
		return -1;
	block->data = open_data(block, options->fd); /* without it, all data go by the image's own */
	block->cached = block->cached_fd >= 0 || !(fcntl(options->fd, F_GETFL) & O_DIRECT);
	return 0;
}

static void image_close(struct block *block)
{
	if (block->data >= 0)
		close(block->data);
	if (block->keep_fds)
		return;
	close(block->fd);
	if (block->cached_fd >= 0)
		close(block->cached_fd);
}

const struct block_backend block_image = {
	.open = image_open,
	.close = image_close,
	.submit = image_submit,
	.measure = measure,
	.features = 1ull << VIRTIO_BLK_F_FLUSH | 1ull << VIRTIO_BLK_F_DISCARD | 1ull << VIRTIO_BLK_F_WRITE_ZEROES,
};
