// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_block.c - a hostile driver's requests to a disk, done on a small image
 * that sometimes transfers less than it was asked, or fails.
 */
#include "block/request.h"
#include "virtio/virtqueue.h"
#include "fake_packed.h"
#include "fuzz.h"

#include <errno.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>

#define QUEUE 16u
#define IMAGE_BYTES 65536u
#define PADDING 300u /* that the image lacks */

static _Alignas(4096) uint8_t ram[RAM_BYTES];
static uint8_t image[IMAGE_BYTES];

/* Mostly a header, some data and a status; what they are is the driver's. Return: of so many pieces. */
static unsigned int make_request(struct fuzz_input *input, struct vring_desc *desc, unsigned int head)
{
	unsigned int count = 2 + input_take(input, 1) % 5;
	struct virtio_blk_outhdr *header = (struct virtio_blk_outhdr *)(void *)(ram + 0x400);

	header->type = (uint32_t)input_take(input, 1) % 16;
	header->sector = input_take(input, 1) & 1 ? input_take(input, 8) : input_take(input, 1);
	for (unsigned int i = 0; i < count; i++) {
		struct vring_desc *one = &desc[(head + i) % QUEUE];

		one->addr = i ? input_address(input) : RAM + 0x400;
		one->len = !i                       ? sizeof(*header) :
			   input_take(input, 1) & 3 ? (uint32_t)input_take(input, 1) * 256 :
						      input_length(input);
		one->flags = (uint16_t)((i + 1 < count ? VRING_DESC_F_NEXT : 0) |
					(i && (i + 1 == count || input_take(input, 1) & 1) ? VRING_DESC_F_WRITE : 0));
		one->next = (uint16_t)((head + i + 1) % QUEUE);
	}
	return count;
}

static void offer(struct fuzz_input *input, unsigned int n)
{
	uint16_t *avail = (uint16_t *)(void *)(ram + 0x100);

	make_request(input, (struct vring_desc *)(void *)ram, n * 7);
	avail[2 + n] = (uint16_t)(n * 7 % QUEUE);
	avail[1] = (uint16_t)(n + 1);
}

/* The driver's ring and ours stay in step, as each request comes back before the next one. */
static void offer_packed(struct fuzz_input *input, unsigned int n, struct fake_packed *driver)
{
	struct vring_desc desc[QUEUE];
	struct vring_packed_desc packed[QUEUE];
	unsigned int count = make_request(input, desc, 0);

	for (unsigned int i = 0; i < count; i++)
		packed[i] =
			(struct vring_packed_desc){ desc[i].addr, desc[i].len, 0, desc[i].flags & VRING_DESC_F_WRITE };
	fake_packed_offer(driver, (struct vring_packed_desc *)(void *)ram, (uint16_t)(n * 7 % QUEUE), packed,
			  (uint16_t)count);
}

static int64_t transfer(const struct block_step *step, const struct block_disk *disk, struct fuzz_input *input)
{
	uint64_t done = 0, want = step->bytes;

	if (step->offset > IMAGE_BYTES || step->bytes > IMAGE_BYTES - step->offset)
		abort(); /* the request was checked */
	if (!step->cached && step->offset % disk->block_bytes)
		abort();
	if (step->action == BLOCK_READ && disk->padding)
		want = step->offset >= IMAGE_BYTES - PADDING              ? 0 :
		       step->bytes > IMAGE_BYTES - PADDING - step->offset ? IMAGE_BYTES - PADDING - step->offset :
									    step->bytes;
	if (input_take(input, 1) > 0xf8)
		return -EIO;
	if (input_take(input, 1) > 0xe0)
		want = want / 2 & ~511ull;
	for (unsigned int i = 0; i < step->count && done < want; i++) {
		uint64_t part = want - done < step->iov[i].iov_len ? want - done : step->iov[i].iov_len;

		if (step->action == BLOCK_READ)
			memcpy(step->iov[i].iov_base, image + step->offset + done, part);
		else
			memcpy(image + step->offset + done, step->iov[i].iov_base, part);
		done += part;
	}
	return (int64_t)done;
}

static void work(struct block_request *request, const struct block_disk *disk, struct fuzz_input *input)
{
	struct block_step step;
	bool complete;

	do {
		if (block_step(request, disk, &step) != BLOCK_GOES_ON)
			abort(); /* one request at a time finds a buffer */
		complete = block_done(request, step.action == BLOCK_READ || step.action == BLOCK_WRITE ?
						       transfer(&step, disk, input) :
						       -(int64_t)(input_take(input, 1) & 1 ? EOPNOTSUPP : 0));
		if (input->left > 1) /* the driver does not keep still */
			ram[input_take(input, 2) % RAM_BYTES] = (uint8_t)input_take(input, 1);
	} while (!complete);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct bounces bounces;
	static struct block_request request = { .bounces = &bounces };
	static struct virtqueue queue;
	static struct split_state inflight;
	static struct packed_state packed;
	struct fake_packed driver = fake_packed_new(QUEUE);
	const struct guest_memory memory = { ram, RAM, sizeof(ram) };
	const struct virtqueue_layout layout = { RAM, RAM + 0x100, RAM + 0x200, QUEUE };
	struct fuzz_input input = { data, bytes };
	uint8_t how = (uint8_t)input_take(&input, 1);
	const struct block_disk disk = { .sectors = IMAGE_BYTES / 512,
					 .range_sectors = 1000,
					 .readonly = how & 1,
					 .padding = how & 64 ? PADDING : 0,
					 .sector_bytes = (how & 34) == 2 ? 4096 : 512,
					 .block_bytes = how & 2 ? 4096 : 512,
					 .segment_bytes = how & 8 ? 1 :
							  how & 2 ? 4096 :
								    512,
					 .memory_align = how & 4 ? 4 : 512 };

	memset(ram, 0, sizeof(ram));
	memset(&inflight, 0, sizeof(inflight));
	memset(&packed, 0, PACKED_STATE_ZERO);
	if (!(how & 16 ? packed_start(&queue, &memory, &layout, false, &packed) :
			 split_start(&queue, &memory, &layout, false, &inflight)))
		abort();
	for (unsigned int n = 0; n < 8 && input.left; n++) {
		if (how & 16)
			offer_packed(&input, n, &driver);
		else
			offer(&input, n);
		if (!virtqueue_pop(&queue, &request.chain))
			break;
		switch (block_parse(&request, &disk)) {
		case BLOCK_BROKEN: return 0;
		case BLOCK_ANSWERED: break;
		case BLOCK_TO_DO: work(&request, &disk, &input); break;
		}
		virtqueue_push(&queue, request.chain.head, block_finish(&request));
	}
	return 0;
}
