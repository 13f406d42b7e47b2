// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request.c - parse a driver's request, and do it in steps.
 */
#include "block/request.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TRANSFER_MAX (1u << 30) /* one step; the kernel moves less than 2 GiB at once */

static uint64_t total(const struct iovec *iov, unsigned int count)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < count; i++)
		bytes += iov[i].iov_len;
	return bytes;
}

/* Drop @bytes from the front, which has so many. */
static void advance(struct iovec **iov, unsigned int *count, uint64_t bytes)
{
	while (bytes) {
		struct iovec *first = *iov;
		uint64_t part = bytes < first->iov_len ? bytes : first->iov_len;

		first->iov_base = (uint8_t *)first->iov_base + part;
		first->iov_len -= part;
		bytes -= part;
		if (first->iov_len)
			break;
		++*iov;
		--*count;
	}
}

/* Copy @bytes between @data and the front of @iov, which has so many. */
static void copy(const struct iovec *iov, void *data, uint64_t bytes, bool to_guest)
{
	for (; bytes; iov++) {
		uint64_t part = bytes < iov->iov_len ? bytes : iov->iov_len;

		memcpy(to_guest ? iov->iov_base : data, to_guest ? data : iov->iov_base, part);
		data = (uint8_t *)data + part;
		bytes -= part;
	}
}

/* The status is the last byte that the driver can read. */
static bool take_status(struct block_request *request)
{
	struct virtqueue_chain *chain = &request->chain;
	struct iovec *last;

	if (!chain->writable)
		return false;
	last = &chain->iov[chain->readable + chain->writable - 1];
	request->status = (uint8_t *)last->iov_base + last->iov_len - 1;
	if (!--last->iov_len)
		chain->writable--;
	return true;
}

static enum block_verdict answer(struct block_request *request, uint8_t result)
{
	request->result = result;
	return BLOCK_ANSWERED;
}

static bool in_range(const struct block_disk *disk, uint64_t sector, uint64_t sectors)
{
	return sector <= disk->sectors && sectors <= disk->sectors - sector;
}

/* How many bytes at the end of a read the image may lack. */
static uint64_t padding(const struct block_request *request, const struct block_disk *disk)
{
	uint64_t end = request->offset + request->bytes, data = disk->sectors * BLOCK_SECTOR - disk->padding;

	if (request->action != BLOCK_READ || end <= data)
		return 0;
	return end - data < request->bytes ? end - data : request->bytes;
}

static enum block_verdict parse_transfer(struct block_request *request, const struct block_disk *disk, uint64_t sector)
{
	request->bytes = total(request->iov, request->count);
	if (request->bytes % BLOCK_SECTOR || !in_range(disk, sector, request->bytes / BLOCK_SECTOR))
		return answer(request, VIRTIO_BLK_S_IOERR);
	request->offset = sector * BLOCK_SECTOR;
	if ((request->offset | request->bytes) & (disk->sector_bytes - 1))
		return answer(request, VIRTIO_BLK_S_IOERR); /* the driver knows blk_size */
	request->padding = padding(request, disk);
	return request->bytes ? BLOCK_TO_DO : answer(request, VIRTIO_BLK_S_OK);
}

static enum block_verdict parse_in(struct block_request *request, const struct block_disk *disk, uint64_t sector)
{
	request->action = BLOCK_READ;
	request->iov = request->chain.iov + request->chain.readable;
	request->count = request->chain.writable;
	return parse_transfer(request, disk, sector);
}

static enum block_verdict parse_out(struct block_request *request, const struct block_disk *disk, uint64_t sector)
{
	request->action = BLOCK_WRITE;
	return disk->readonly ? answer(request, VIRTIO_BLK_S_IOERR) : parse_transfer(request, disk, sector);
}

static enum block_verdict parse_flush(struct block_request *request, const struct block_disk *disk, uint64_t sector)
{
	(void)disk;
	(void)sector;
	request->action = request->otherwise = BLOCK_FLUSH;
	return BLOCK_TO_DO;
}

static enum block_verdict parse_id(struct block_request *request, const struct block_disk *disk, uint64_t sector)
{
	struct iovec *iov = request->chain.iov + request->chain.readable;
	uint64_t room = total(iov, request->chain.writable);
	char serial[VIRTIO_BLK_ID_BYTES];

	(void)sector;
	memcpy(serial, disk->serial, sizeof(serial));
	room = room < sizeof(serial) ? room : sizeof(serial);
	copy(iov, serial, room, true);
	request->written += (uint32_t)room;
	return answer(request, VIRTIO_BLK_S_OK);
}

/* One range of sectors (5.2.6.2). */
static enum block_verdict parse_range(struct block_request *request, const struct block_disk *disk,
				      uint32_t flags_known)
{
	struct virtio_blk_discard_write_zeroes range;
	uint64_t sector, sectors;

	if (disk->readonly || total(request->iov, request->count) != sizeof(range))
		return answer(request, VIRTIO_BLK_S_IOERR);
	copy(request->iov, &range, sizeof(range), false);
	request->count = 0;
	sector = le64toh(range.sector);
	sectors = le32toh(range.num_sectors);
	if (le32toh(range.flags) & ~flags_known)
		return answer(request, VIRTIO_BLK_S_UNSUPP);
	if (sectors > disk->range_sectors || !in_range(disk, sector, sectors))
		return answer(request, VIRTIO_BLK_S_IOERR);
	request->offset = sector * BLOCK_SECTOR;
	request->bytes = sectors * BLOCK_SECTOR;
	return sectors ? BLOCK_TO_DO : answer(request, VIRTIO_BLK_S_OK);
}

static enum block_verdict parse_discard(struct block_request *request, const struct block_disk *disk, uint64_t sector)
{
	(void)sector;
	request->action = request->otherwise = BLOCK_DISCARD;
	return parse_range(request, disk, 0);
}

static enum block_verdict parse_zeroes(struct block_request *request, const struct block_disk *disk, uint64_t sector)
{
	(void)sector;
	/* A hole reads as zeroes, too; whether the driver allowed one is a hint only. */
	request->action = BLOCK_ZERO;
	request->otherwise = BLOCK_DISCARD;
	return parse_range(request, disk, VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP);
}

static const struct {
	uint32_t type;
	enum block_verdict (*parse)(struct block_request *request, const struct block_disk *disk, uint64_t sector);
} types[] = {
	{ VIRTIO_BLK_T_IN, parse_in },           { VIRTIO_BLK_T_OUT, parse_out },
	{ VIRTIO_BLK_T_FLUSH, parse_flush },     { VIRTIO_BLK_T_GET_ID, parse_id },
	{ VIRTIO_BLK_T_DISCARD, parse_discard }, { VIRTIO_BLK_T_WRITE_ZEROES, parse_zeroes },
};

enum block_verdict block_parse(struct block_request *request, const struct block_disk *disk)
{
	struct virtio_blk_outhdr header;

	request->iov = request->chain.iov;
	request->count = request->chain.readable;
	request->bytes = request->padding = 0;
	request->bounce = NULL;
	request->written = 1; /* the status */
	if (!take_status(request) || total(request->iov, request->count) < sizeof(header))
		return BLOCK_BROKEN;
	copy(request->iov, &header, sizeof(header), false);
	advance(&request->iov, &request->count, sizeof(header));
	for (unsigned int i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == le32toh(header.type))
			return types[i].parse(request, disk, le64toh(header.sector));
	return answer(request, VIRTIO_BLK_S_UNSUPP);
}

/* Return: bytes at the front that can be transferred without a copy. */
static uint64_t aligned(const struct block_request *request, const struct block_disk *disk, unsigned int *count)
{
	uint64_t bytes = 0;
	unsigned int i;

	for (i = 0; i < request->count; i++) {
		const struct iovec *iov = &request->iov[i];

		if (((uintptr_t)iov->iov_base & (disk->memory_align - 1)) || iov->iov_len & (disk->segment_bytes - 1) ||
		    bytes + iov->iov_len > TRANSFER_MAX)
			break;
		bytes += iov->iov_len;
	}
	*count = i;
	return bytes;
}

/* Return: bytes at the front that can be transferred through dom0's page cache, wherever they are. */
static uint64_t suits_cache(const struct block_request *request, unsigned int *count)
{
	static const struct block_disk anywhere = { .memory_align = 1, .segment_bytes = 1 };

	return aligned(request, &anywhere, count);
}

/* Transfer a piece through a bounce buffer. */
static enum block_progress bounce_step(struct block_request *request, const struct block_disk *disk,
				       struct block_step *step)
{
	uint32_t align = disk->memory_align > disk->block_bytes ? disk->memory_align : disk->block_bytes;
	uint64_t bytes = request->bytes < BOUNCE_BYTES ? request->bytes : BOUNCE_BYTES;

	if (!request->bounce) {
		if (!bounces_take(request->bounces))
			return BLOCK_MUST_WAIT;
		request->bounce = aligned_alloc(align, BOUNCE_BYTES);
	}
	if (!request->bounce) {
		bounces_give(request->bounces);
		request->result = VIRTIO_BLK_S_IOERR;
		return BLOCK_FAILED;
	}
	if (request->action == BLOCK_WRITE)
		copy(request->iov, request->bounce, bytes, false);
	request->bounced = (struct iovec){ request->bounce, bytes };
	step->iov = &request->bounced;
	step->count = 1;
	step->bytes = bytes;
	return BLOCK_GOES_ON;
}

enum block_progress block_step(struct block_request *request, const struct block_disk *disk, struct block_step *step)
{
	*step = (struct block_step){
		.action = request->action, .iov = request->iov, .offset = request->offset, .bytes = request->bytes
	};
	if (request->action != BLOCK_READ && request->action != BLOCK_WRITE)
		return BLOCK_GOES_ON;
	request->bounced.iov_len = 0;
	step->cached = (request->offset | request->bytes) & (disk->block_bytes - 1);
	step->bytes = step->cached ? suits_cache(request, &step->count) : aligned(request, disk, &step->count);
	step->in_guest = step->count != 0;
	return step->count ? BLOCK_GOES_ON : bounce_step(request, disk, step);
}

/* The rest of a read lies behind the image's end. */
static void pad(struct block_request *request)
{
	request->written += (uint32_t)request->bytes;
	for (unsigned int n = 0; n < request->count; n++)
		memset(request->iov[n].iov_base, 0, request->iov[n].iov_len);
	request->offset += request->bytes;
	request->bytes = 0;
}

bool block_done(struct block_request *request, int64_t bytes)
{
	bool transfer = request->action == BLOCK_READ || request->action == BLOCK_WRITE;

	if (bytes == -EOPNOTSUPP && !transfer && request->action != request->otherwise) {
		request->action = request->otherwise;
		return false;
	}
	if (bytes < 0 || (transfer && !bytes && request->bytes > request->padding)) { /* the image became shorter */
		request->result = bytes == -EOPNOTSUPP ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_IOERR;
		return true;
	}
	request->result = VIRTIO_BLK_S_OK;
	if (!transfer)
		return true;
	if (request->action == BLOCK_READ) {
		if (request->bounced.iov_len)
			copy(request->iov, request->bounce, (uint64_t)bytes, true);
		request->written += (uint32_t)bytes;
	}
	advance(&request->iov, &request->count, (uint64_t)bytes);
	request->offset += (uint64_t)bytes;
	request->bytes -= (uint64_t)bytes;
	if (request->bytes <= request->padding)
		pad(request);
	return !request->bytes;
}

uint32_t block_finish(struct block_request *request)
{
	if (request->bounce)
		bounces_give(request->bounces);
	free(request->bounce);
	request->bounce = NULL;
	*(volatile uint8_t *)request->status = request->result;
	return request->result == VIRTIO_BLK_S_OK ? request->written : 1;
}
