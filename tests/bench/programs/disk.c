// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * disk.c - what requests to a disk cost: random reads of 4 KiB one by one, then
 * streams of 128 KiB reads and of writes with 1, 8 and 32 on their way. Past the
 * page cache. Overwrites the disk.
 *
 *   disk DEVICE [DOM0'S ADDRESS]   exits are counted only with an address
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "measure.h"

#define SMALL 4096u
#define SMALL_READS 200u
#define LARGE (128u << 10)
#define LARGE_REQUESTS 1024u
#define DEPTH_MAX 32u

static int disk;
static uint64_t bytes;
static char *memory;
static struct exits exits;
static aio_context_t context;

static off_t random_page(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (off_t)((state >> 33) % (bytes / SMALL) * SMALL);
}

static double small_reads(void)
{
	double start = counter();

	for (unsigned int n = 0; n < SMALL_READS; n++)
		expect(pread(disk, memory, SMALL, random_page()) == (ssize_t)SMALL, "pread");
	return (counter() - start) / SMALL_READS;
}

static void one_by_one(void)
{
	double cost[BATCHES];
	struct count before;

	small_reads(); /* warms up code that is slow the first time */
	before = exits_now(&exits);
	for (int n = 0; n < BATCHES; n++)
		cost[n] = small_reads();
	print_exits(&exits, before, "disk: read-4k", BATCHES * SMALL_READS);
	printf("disk: read-4k %.1f\n", median(cost));
}

/* LARGE_REQUESTS one after the other on the disk, @depth of them on their way. */
static void stream(uint16_t opcode, unsigned int depth)
{
	struct iocb blocks[DEPTH_MAX] = { 0 }, *ready[DEPTH_MAX];
	struct io_event done[DEPTH_MAX];
	unsigned int sent = 0, under_way = 0;
	long count = depth;

	for (unsigned int n = 0; n < depth; n++)
		ready[n] = &blocks[n];
	while (sent < LARGE_REQUESTS || under_way) {
		long more = sent + count > LARGE_REQUESTS ? LARGE_REQUESTS - sent : count;

		for (long n = 0; n < more; n++) {
			struct iocb *block = ready[n];

			block->aio_lio_opcode = opcode;
			block->aio_fildes = (uint32_t)disk;
			block->aio_buf = (uintptr_t)(memory + (block - blocks) * LARGE);
			block->aio_nbytes = LARGE;
			block->aio_offset = (int64_t)((uint64_t)sent++ * LARGE % bytes);
			block->aio_data = (uintptr_t)block;
		}
		expect(more == 0 || syscall(SYS_io_submit, context, more, ready) == more, "io_submit");
		under_way += (unsigned int)more;
		count = syscall(SYS_io_getevents, context, 1L, (long)depth, done, NULL);
		expect(count > 0, "io_getevents");
		under_way -= (unsigned int)count;
		for (long n = 0; n < count; n++) {
			expect(done[n].res == LARGE, "a large request");
			ready[n] = (struct iocb *)(uintptr_t)done[n].data;
		}
	}
}

static void measure_stream(const char *name, uint16_t opcode, unsigned int depth)
{
	struct count before;
	double start, cost;
	char line[64];

	stream(opcode, depth);
	before = exits_now(&exits);
	start = counter();
	stream(opcode, depth);
	cost = counter() - start;
	snprintf(line, sizeof(line), "disk: %s-%u", name, depth);
	print_exits(&exits, before, line, LARGE_REQUESTS);
	printf("%s-kib %.2f\n", line, cost / LARGE_REQUESTS / (LARGE >> 10));
}

int main(int argc, char **argv)
{
	static const unsigned int depths[] = { 1, 8, DEPTH_MAX };

	if (argc < 2)
		return 2;
	disk = open(argv[1], O_RDWR | O_DIRECT);
	expect(disk >= 0 && ioctl(disk, BLKGETSIZE64, &bytes) == 0 && bytes >= LARGE, argv[1]);
	bytes -= bytes % LARGE;
	memory = mmap(NULL, DEPTH_MAX * LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
		      0);
	expect(memory != MAP_FAILED, "mmap");
	/* The thread's end would wait for RCU, in the time of the stream. */
	expect(syscall(SYS_io_setup, DEPTH_MAX, &context) == 0, "io_setup");
	exits = exits_open(argc > 2 ? argv[2] : NULL);
	one_by_one();
	for (unsigned int n = 0; n < sizeof(depths) / sizeof(depths[0]); n++) {
		measure_stream("read-128k", IOCB_CMD_PREAD, depths[n]);
		measure_stream("write-128k", IOCB_CMD_PWRITE, depths[n]);
	}
	return 0;
}
