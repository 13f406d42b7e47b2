// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_block.c - requests of a driver to a disk, good and bad; limits.
 */
#include "block/moderation.h"
#include "block/request.h"
#include "virtio/limit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1024u * 1024u)

static _Alignas(4096) uint8_t memory[2 * MIB];
static struct block_request request;
static uint8_t status;
static struct block_disk disk;
static struct bounces bounces;

static int fresh(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	memset(&request, 0, sizeof(request));
	request.bounces = &bounces;
	status = 0xff;
	disk = (struct block_disk){ .sectors = 8192,
				    .range_sectors = BLOCK_RANGE_SECTORS,
				    .sector_bytes = 512,
				    .block_bytes = 512,
				    .segment_bytes = 512,
				    .memory_align = 512,
				    .serial = "twenty characters ok" };
	return 0;
}

static void segment(void *base, size_t bytes, bool writable)
{
	struct virtqueue_chain *chain = &request.chain;

	chain->iov[chain->readable + chain->writable] = (struct iovec){ base, bytes };
	if (writable)
		chain->writable++;
	else
		chain->readable++;
}

static struct virtio_blk_outhdr header;

static void begin(uint32_t type, uint64_t sector)
{
	header = (struct virtio_blk_outhdr){ .type = type, .sector = sector };
	segment(&header, sizeof(header), false);
}

static uint8_t answered(void)
{
	segment(&status, 1, true);
	assert_int_equal(block_parse(&request, &disk), BLOCK_ANSWERED);
	block_finish(&request);
	return status;
}

static struct block_step to_do(void)
{
	struct block_step step;

	segment(&status, 1, true);
	assert_int_equal(block_parse(&request, &disk), BLOCK_TO_DO);
	assert_true(block_step(&request, &disk, &step));
	return step;
}

static void a_read_goes_where_the_driver_said(void **state)
{
	struct block_step step;

	(void)state;
	begin(VIRTIO_BLK_T_IN, 3);
	segment(memory, 512, true);
	segment(memory + 4096, 1024, true);
	step = to_do();
	assert_int_equal(step.action, BLOCK_READ);
	assert_int_equal(step.offset, 3 * 512);
	assert_int_equal(step.bytes, 1536);
	assert_int_equal(step.count, 2);
	assert_ptr_equal(step.iov[1].iov_base, memory + 4096);
	assert_true(block_done(&request, 1536));
	assert_int_equal(block_finish(&request), 1537);
	assert_int_equal(status, VIRTIO_BLK_S_OK);
}

/* No framing is promised (VirtIO 1.2, 2.7.4.2): header in pieces, status at the end of the data. */
static void framing_does_not_matter(void **state)
{
	struct block_step step;

	(void)state;
	header = (struct virtio_blk_outhdr){ .type = VIRTIO_BLK_T_IN, .sector = 1 };
	segment(&header, 3, false);
	segment((uint8_t *)&header + 3, sizeof(header) - 3, false);
	segment(memory, 513, true);
	assert_int_equal(block_parse(&request, &disk), BLOCK_TO_DO);
	assert_true(block_step(&request, &disk, &step));
	assert_int_equal(step.bytes, 512);
	assert_ptr_equal(step.iov[0].iov_base, memory);
	assert_true(block_done(&request, 512));
	memory[512] = 0xff;
	assert_int_equal(block_finish(&request), 513);
	assert_int_equal(memory[512], VIRTIO_BLK_S_OK);
}

static void a_short_transfer_goes_on(void **state)
{
	struct block_step step;

	(void)state;
	begin(VIRTIO_BLK_T_OUT, 0);
	segment(memory, 1024, false);
	segment(memory + 4096, 1024, false);
	step = to_do();
	assert_int_equal(step.bytes, 2048);
	assert_false(block_done(&request, 1536));
	assert_true(block_step(&request, &disk, &step));
	assert_int_equal(step.offset, 1536);
	assert_int_equal(step.bytes, 512);
	assert_ptr_equal(step.iov[0].iov_base, memory + 4096 + 512);
	assert_true(block_done(&request, 512));
	assert_int_equal(block_finish(&request), 1);
}

static void an_image_that_became_shorter_is_an_error(void **state)
{
	(void)state;
	begin(VIRTIO_BLK_T_IN, 0);
	segment(memory, 512, true);
	to_do();
	assert_true(block_done(&request, 0));
	assert_int_equal(block_finish(&request), 1);
	assert_int_equal(status, VIRTIO_BLK_S_IOERR);
}

static void what_is_not_aligned_is_copied(void **state)
{
	struct block_step step;

	(void)state;
	for (unsigned int i = 0; i < 1024; i++)
		memory[7 + i] = (uint8_t)(i * 7);
	begin(VIRTIO_BLK_T_OUT, 2);
	segment(memory + 7, 1024, false);
	step = to_do();
	assert_int_equal((uintptr_t)step.iov[0].iov_base % 512, 0);
	assert_int_equal(step.bytes, 1024);
	assert_memory_equal(step.iov[0].iov_base, memory + 7, 1024);
	assert_true(block_done(&request, 1024));
	block_finish(&request);

	fresh(NULL);
	begin(VIRTIO_BLK_T_IN, 2);
	segment(memory + 1, 700, true);
	segment(memory + 1000, 324, true);
	step = to_do();
	memset(step.iov[0].iov_base, 0x5a, 1024);
	assert_true(block_done(&request, 1024));
	assert_int_equal(block_finish(&request), 1025);
	assert_int_equal(memory[0], 0);
	assert_int_equal(memory[1], 0x5a);
	assert_int_equal(memory[700], 0x5a);
	assert_int_equal(memory[701], 0);
	assert_int_equal(memory[1323], 0x5a);
	assert_int_equal(memory[1324], 0);
}

static void big_unaligned_requests_take_several_turns(void **state)
{
	uint64_t done = 0, turns = 0;
	struct block_step step;

	(void)state;
	begin(VIRTIO_BLK_T_OUT, 0);
	segment(memory + 1, MIB, false);
	step = to_do();
	for (bool last = false; !last; turns++) {
		assert_int_equal(step.offset, done);
		done += step.bytes;
		last = block_done(&request, (int64_t)step.bytes);
		if (!last)
			assert_true(block_step(&request, &disk, &step));
	}
	assert_int_equal(done, MIB);
	assert_in_range(turns, 2, 16);
	block_finish(&request);
}

/* Misaligned requests do not take all of dom0's memory: they wait for each other, and none fails. */
static void bounce_buffers_have_a_budget(void **state)
{
	static struct block_request all[BOUNCE_SHARED + 1];
	struct bounces other = { 0 }, third = { 0 };
	struct block_step step;

	(void)state;
	begin(VIRTIO_BLK_T_OUT, 0);
	segment(memory + 1, 512, false);
	segment(&status, 1, true);
	for (unsigned int n = 0; n < BOUNCE_SHARED + 1; n++) {
		all[n] = request;
		assert_int_equal(block_parse(&all[n], &disk), BLOCK_TO_DO);
		assert_int_equal(block_step(&all[n], &disk, &step), BLOCK_GOES_ON);
	}
	assert_int_equal(bounces.held, BOUNCE_SHARED + 1);
	assert_int_equal(block_parse(&request, &disk), BLOCK_TO_DO);
	assert_int_equal(block_step(&request, &disk, &step), BLOCK_MUST_WAIT);
	assert_int_equal(block_step(&request, &disk, &step), BLOCK_MUST_WAIT);
	assert_int_equal(bounces.held, BOUNCE_SHARED + 1);
	/* Other queues go on, with one buffer each. */
	assert_true(bounces_take(&other));
	assert_false(bounces_take(&other));
	assert_true(bounces_take(&third));
	assert_false(bounces_take(&third));
	/* A request that holds a buffer needs no second one. */
	assert_int_equal(block_step(&all[7], &disk, &step), BLOCK_GOES_ON);
	assert_true(block_done(&all[7], 512));
	block_finish(&all[7]);
	assert_int_equal(block_step(&request, &disk, &step), BLOCK_GOES_ON);
	assert_true(block_done(&request, 512));
	block_finish(&request);
	assert_true(bounces_take(&other)); /* the shared buffer is back */
	assert_false(bounces_take(&third));
	bounces_give(&other);
	bounces_give(&other);
	bounces_give(&third);
	for (unsigned int n = 0; n < BOUNCE_SHARED + 1; n++)
		if (n != 7)
			block_finish(&all[n]);
	assert_int_equal(bounces.held, 0);
	for (unsigned int n = 0; n < BOUNCE_SHARED + 1; n++)
		assert_true(bounces_take(&bounces));
	assert_false(bounces_take(&bounces));
	while (bounces.held)
		bounces_give(&bounces);
}

static void bad_places_and_sizes_are_errors(void **state)
{
	static const struct {
		uint32_t type;
		uint64_t sector;
		size_t bytes;
	} bad[] = {
		{ VIRTIO_BLK_T_IN, 8192, 512 },  { VIRTIO_BLK_T_IN, 8191, 1024 },
		{ VIRTIO_BLK_T_IN, 0, 511 },     { VIRTIO_BLK_T_IN, UINT64_MAX, 512 },
		{ VIRTIO_BLK_T_OUT, 8192, 512 }, { VIRTIO_BLK_T_OUT, 1ull << 55, 512 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fresh(NULL);
		begin(bad[i].type, bad[i].sector);
		segment(memory, bad[i].bytes, bad[i].type == VIRTIO_BLK_T_IN);
		assert_int_equal(answered(), VIRTIO_BLK_S_IOERR);
	}
	fresh(NULL);
	disk.sector_bytes = disk.block_bytes = 4096;
	begin(VIRTIO_BLK_T_IN, 1);
	segment(memory, 4096, true);
	assert_int_equal(answered(), VIRTIO_BLK_S_IOERR);
}

/* A file system with large blocks: the driver's sectors are smaller. */
static void sectors_smaller_than_blocks_go_through_the_page_cache(void **state)
{
	struct block_step step;

	(void)state;
	disk.block_bytes = disk.segment_bytes = 4096;
	begin(VIRTIO_BLK_T_OUT, 9);
	segment(memory + 3, 1024, false);
	step = to_do();
	assert_true(step.cached);
	assert_int_equal(step.offset, 9 * 512);
	assert_int_equal(step.bytes, 1024);
	assert_ptr_equal(step.iov[0].iov_base, memory + 3);
	assert_true(block_done(&request, 1024));
	fresh(NULL);
	disk.block_bytes = disk.segment_bytes = 4096;
	begin(VIRTIO_BLK_T_OUT, 8);
	segment(memory, 4096, false);
	assert_false(to_do().cached);
}

static void the_image_lacks_the_end_of_the_last_sector(void **state)
{
	struct block_step step;

	(void)state;
	disk.padding = 412;
	memset(memory, 0xaa, 4096);
	begin(VIRTIO_BLK_T_IN, 8190);
	segment(memory, 1000, true);
	segment(memory + 2048, 24, true);
	step = to_do();
	memset(step.iov[0].iov_base, 0x55, 612);
	assert_true(block_done(&request, 612));
	assert_int_equal(block_finish(&request), 1025);
	assert_int_equal(status, VIRTIO_BLK_S_OK);
	for (unsigned int n = 0; n < 1000; n++)
		assert_int_equal(memory[n], n < 612 ? 0x55 : 0);
	for (unsigned int n = 0; n < 24; n++)
		assert_int_equal(memory[2048 + n], 0);
	/* A file that was cut is something else. */
	fresh(NULL);
	disk.padding = 412;
	begin(VIRTIO_BLK_T_IN, 8190);
	segment(memory, 1024, true);
	to_do();
	assert_false(block_done(&request, 512));
	assert_false(block_done(&request, 50));
	assert_true(block_done(&request, 0));
	block_finish(&request);
	assert_int_equal(status, VIRTIO_BLK_S_IOERR);
}

static void a_read_only_disk_is_not_written(void **state)
{
	static const uint32_t types[] = { VIRTIO_BLK_T_OUT, VIRTIO_BLK_T_DISCARD, VIRTIO_BLK_T_WRITE_ZEROES };

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		fresh(NULL);
		disk.readonly = true;
		begin(types[i], 0);
		segment(memory, i ? 16 : 512, false);
		assert_int_equal(answered(), VIRTIO_BLK_S_IOERR);
	}
}

static void without_a_place_for_status_the_queue_is_broken(void **state)
{
	(void)state;
	begin(VIRTIO_BLK_T_OUT, 0);
	segment(memory, 512, false);
	assert_int_equal(block_parse(&request, &disk), BLOCK_BROKEN);
	fresh(NULL);
	segment(&header, 8, false);
	segment(&status, 1, true);
	assert_int_equal(block_parse(&request, &disk), BLOCK_BROKEN);
}

static uint8_t range(uint32_t type, uint64_t sector, uint32_t sectors, uint32_t flags)
{
	static struct virtio_blk_discard_write_zeroes data;

	fresh(NULL);
	data = (struct virtio_blk_discard_write_zeroes){ .sector = sector, .num_sectors = sectors, .flags = flags };
	begin(type, 0);
	segment(&data, sizeof(data), false);
	return answered();
}

static void ranges_are_checked(void **state)
{
	static struct virtio_blk_discard_write_zeroes data = { .sector = 8, .num_sectors = 16 };
	struct block_step step;

	(void)state;
	assert_int_equal(range(VIRTIO_BLK_T_DISCARD, 0, 1, 1), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(range(VIRTIO_BLK_T_WRITE_ZEROES, 0, 1, 2), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(range(VIRTIO_BLK_T_WRITE_ZEROES, 8192, 1, 1), VIRTIO_BLK_S_IOERR);
	assert_int_equal(range(VIRTIO_BLK_T_DISCARD, 0, UINT32_MAX, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(range(VIRTIO_BLK_T_DISCARD, 0, 0, 0), VIRTIO_BLK_S_OK);
	fresh(NULL);
	begin(VIRTIO_BLK_T_WRITE_ZEROES, 0);
	segment(&data, sizeof(data), false);
	step = to_do();
	assert_int_equal(step.action, BLOCK_ZERO);
	assert_int_equal(step.offset, 8 * 512);
	assert_int_equal(step.bytes, 16 * 512);
	/* A file system that has no such call may know holes. */
	assert_false(block_done(&request, -EOPNOTSUPP));
	assert_true(block_step(&request, &disk, &step));
	assert_int_equal(step.action, BLOCK_DISCARD);
	assert_true(block_done(&request, -EOPNOTSUPP));
	block_finish(&request);
	assert_int_equal(status, VIRTIO_BLK_S_UNSUPP);
}

static void serial_number_and_unknown_requests(void **state)
{
	(void)state;
	begin(VIRTIO_BLK_T_GET_ID, 0);
	segment(memory, 30, true);
	assert_int_equal(answered(), VIRTIO_BLK_S_OK);
	assert_memory_equal(memory, "twenty characters ok\0", 21);
	fresh(NULL);
	begin(VIRTIO_BLK_T_GET_ID, 0);
	segment(memory, 4, true);
	assert_int_equal(answered(), VIRTIO_BLK_S_OK);
	assert_memory_equal(memory, "twen\0", 5);
	fresh(NULL);
	begin(77, 0);
	assert_int_equal(answered(), VIRTIO_BLK_S_UNSUPP);
	fresh(NULL);
	begin(VIRTIO_BLK_T_FLUSH, 0);
	assert_int_equal(to_do().action, BLOCK_FLUSH);
	assert_true(block_done(&request, -EIO));
	block_finish(&request);
	assert_int_equal(status, VIRTIO_BLK_S_IOERR);
}

static void a_limit_holds_over_time(void **state)
{
	struct limit limit = { .rate = 100 };
	uint64_t now = 5000000000ull, taken = 0, end = now + 10000000000ull;

	(void)state;
	while (now < end) {
		uint64_t wait = limit_wait(&limit, now);

		if (wait) {
			now += wait;
			continue;
		}
		limit_take(&limit, 1);
		taken++;
		now += 1000; /* as fast as it can */
	}
	assert_in_range(taken, 995, 1015);
}

static void a_big_piece_is_made_up_for(void **state)
{
	struct limit limit = { .rate = 1000 };
	uint64_t now = 1000000000ull;

	(void)state;
	assert_int_equal(limit_wait(&limit, now), 0);
	limit_take(&limit, 5000);
	assert_in_range(limit_wait(&limit, now), 4800000000ull, 5000000001ull);
	assert_int_equal(limit_wait(&limit, now + 5000000001ull), 0);
	limit = (struct limit){ 0 };
	limit_take(&limit, UINT64_MAX);
	assert_int_equal(limit_wait(&limit, now), 0);
}

static struct moderation moderation;

static uint64_t began(enum block_action action, uint64_t bytes)
{
	request.action = action;
	request.bytes = bytes;
	return moderation_began(&moderation, &request);
}

static void ended(enum block_action action, uint64_t bytes, uint8_t result)
{
	request.action = action;
	request.bytes = 0; /* what is left */
	request.result = result;
	moderation_ended(&moderation, &request, bytes);
}

static void a_stream_gets_one_interrupt_for_many(void **state)
{
	unsigned int told = 0, n;

	(void)state;
	memset(&moderation, 0, sizeof(moderation));
	for (n = 0; n < 32; n++)
		assert_int_equal(began(n % 2 ? BLOCK_READ : BLOCK_WRITE, MIB / 8), MIB / 8);
	for (n = 0; n < 32; n++) {
		ended(BLOCK_READ, MIB / 8, VIRTIO_BLK_S_OK);
		told += !moderation_holds(&moderation);
		assert_int_equal(told, n < 24 ? 0 : n - 23); /* from here on the disk has less to do */
	}
}

static void a_request_that_may_be_waited_for_interrupts_at_once(void **state)
{
	(void)state;
	memset(&moderation, 0, sizeof(moderation));
	began(BLOCK_WRITE, 4 * MIB);
	assert_true(moderation_holds(&moderation));
	ended(BLOCK_READ, began(BLOCK_READ, 4096), VIRTIO_BLK_S_OK);
	assert_false(moderation_holds(&moderation));
	assert_true(moderation_holds(&moderation));
	ended(BLOCK_FLUSH, began(BLOCK_FLUSH, 0), VIRTIO_BLK_S_OK);
	assert_false(moderation_holds(&moderation));
	ended(BLOCK_READ, began(BLOCK_READ, MIB), VIRTIO_BLK_S_IOERR);
	assert_false(moderation_holds(&moderation));
	ended(BLOCK_READ, began(BLOCK_READ, MIB), VIRTIO_BLK_S_OK);
	assert_true(moderation_holds(&moderation));
	moderation_expired(&moderation);
	assert_false(moderation_holds(&moderation));
	/* A discard moves nothing, however large it is. */
	assert_int_equal(began(BLOCK_DISCARD, 4 * MIB), 0);
	ended(BLOCK_WRITE, 4 * MIB, VIRTIO_BLK_S_OK);
	assert_false(moderation_holds(&moderation));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
	const struct CMUnitTest tests[] = {
		TEST(a_read_goes_where_the_driver_said),
		TEST(framing_does_not_matter),
		TEST(a_short_transfer_goes_on),
		TEST(an_image_that_became_shorter_is_an_error),
		TEST(what_is_not_aligned_is_copied),
		TEST(big_unaligned_requests_take_several_turns),
		TEST(bounce_buffers_have_a_budget),
		TEST(bad_places_and_sizes_are_errors),
		TEST(sectors_smaller_than_blocks_go_through_the_page_cache),
		TEST(the_image_lacks_the_end_of_the_last_sector),
		TEST(a_read_only_disk_is_not_written),
		TEST(without_a_place_for_status_the_queue_is_broken),
		TEST(ranges_are_checked),
		TEST(serial_number_and_unknown_requests),
		TEST(a_limit_holds_over_time),
		TEST(a_big_piece_is_made_up_for),
		TEST(a_stream_gets_one_interrupt_for_many),
		TEST(a_request_that_may_be_waited_for_interrupts_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
