// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diskcheck.c - a disk must return the data that was written to it last.
 *
 *   diskcheck load DEVICE SECONDS THREADS   random reads, writes, zeroing and flushes, all checked;
 *                                           0: until there is STOP
 *   diskcheck flushes DEVICE                "acked N" after each flush, until the power is cut
 *   diskcheck survived DEVICE N             all that flush N covered is there
 *   diskcheck rate DEVICE SECONDS           reads of 4 KiB, one at a time; prints how many
 *   diskcheck hold IMAGE                    holds locks that forbid others to write it, until it is killed
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define STOP "/tmp/load.stop"
#define BLOCK 4096u
#define PIECE_MAX 32u     /* blocks of one request */
#define STRIPE_MAX 512u   /* blocks of one thread */
#define FLUSH_BLOCKS 256u /* blocks that "flushes" writes in turn */
#define THREADS_MAX 16u

static int fd;
static time_t end;

struct stripe {
	pthread_t thread;
	uint64_t first;
	unsigned int blocks, seed;
	uint32_t generation[STRIPE_MAX]; /* last written; 0: zeroes */
	uint64_t operations;
	uint8_t *data;
};

static void fail(const char *what)
{
	printf("diskcheck: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A block holds its own place and generation. */
static void fill(void *data, uint64_t block, uint64_t generation)
{
	uint64_t *word = data;

	for (unsigned int i = 0; i < BLOCK / 8; i++)
		word[i] = generation ? (block * 0x9e3779b97f4a7c15u ^ generation << 32) + i * 0x100000001b3u : 0;
	if (generation) {
		word[0] = block;
		word[1] = generation;
	}
}

static void compare(const uint8_t *data, uint64_t block, uint64_t generation)
{
	uint8_t expected[BLOCK];

	fill(expected, block, generation);
	if (!memcmp(data, expected, BLOCK))
		return;
	printf("diskcheck: block %llu is not of generation %llu: it holds %llu, %llu\n", (unsigned long long)block,
	       (unsigned long long)generation, (unsigned long long)((const uint64_t *)data)[0],
	       (unsigned long long)((const uint64_t *)data)[1]);
	exit(1);
}

static void move(bool write, void *data, uint64_t block, unsigned int count)
{
	ssize_t want = (ssize_t)count * BLOCK;
	ssize_t got = write ? pwrite(fd, data, (size_t)want, (off_t)(block * BLOCK)) :
			      pread(fd, data, (size_t)want, (off_t)(block * BLOCK));

	if (got != want)
		fail(write ? "write" : "read");
}

static void check_piece(struct stripe *stripe, unsigned int at, unsigned int count)
{
	move(false, stripe->data, stripe->first + at, count);
	for (unsigned int i = 0; i < count; i++)
		compare(stripe->data + (size_t)i * BLOCK, stripe->first + at + i, stripe->generation[at + i]);
}

static void write_piece(struct stripe *stripe, unsigned int at, unsigned int count)
{
	static uint32_t generation;
	uint32_t mine = __atomic_add_fetch(&generation, 1, __ATOMIC_RELAXED);

	for (unsigned int i = 0; i < count; i++) {
		fill(stripe->data + (size_t)i * BLOCK, stripe->first + at + i, mine);
		stripe->generation[at + i] = mine;
	}
	move(true, stripe->data, stripe->first + at, count);
}

static void zero_piece(struct stripe *stripe, unsigned int at, unsigned int count)
{
	uint64_t range[2] = { (stripe->first + at) * BLOCK, (uint64_t)count * BLOCK };

	if (ioctl(fd, BLKZEROOUT, range))
		fail("BLKZEROOUT");
	memset(stripe->generation + at, 0, count * sizeof(stripe->generation[0]));
}

static bool ended(void)
{
	return end ? time(NULL) >= end : !access(STOP, F_OK);
}

static void *load_stripe(void *argument)
{
	struct stripe *stripe = argument;

	for (unsigned int at = 0; at < stripe->blocks; at += PIECE_MAX)
		write_piece(stripe, at, PIECE_MAX);
	while (!ended()) {
		unsigned int what = (unsigned int)rand_r(&stripe->seed) % 100;
		unsigned int count = 1 + (unsigned int)rand_r(&stripe->seed) % PIECE_MAX;
		unsigned int at = (unsigned int)rand_r(&stripe->seed) % (stripe->blocks - count + 1);

		if (what < 45)
			check_piece(stripe, at, count);
		else if (what < 95)
			write_piece(stripe, at, count);
		else if (what < 97)
			zero_piece(stripe, at, count);
		else if (fdatasync(fd))
			fail("flush");
		stripe->operations++;
	}
	for (unsigned int at = 0; at < stripe->blocks; at += PIECE_MAX)
		check_piece(stripe, at, PIECE_MAX);
	return NULL;
}

static uint8_t *buffer(size_t bytes)
{
	uint8_t *data = aligned_alloc(BLOCK, bytes);

	if (!data)
		fail("memory");
	return data;
}

static uint64_t device_blocks(void)
{
	off_t bytes = lseek(fd, 0, SEEK_END);

	if (bytes < 0)
		fail("size");
	return (uint64_t)bytes / BLOCK;
}

static int load(unsigned int seconds, unsigned int threads)
{
	static struct stripe stripes[THREADS_MAX];
	uint64_t operations = 0, share = device_blocks() / threads / PIECE_MAX * PIECE_MAX;

	end = seconds ? time(NULL) + (time_t)seconds : 0;
	for (unsigned int i = 0; i < threads; i++) {
		struct stripe *stripe = &stripes[i];

		stripe->first = share * i;
		stripe->blocks = share < STRIPE_MAX ? (unsigned int)share : STRIPE_MAX;
		stripe->seed = i + 1;
		stripe->data = buffer((size_t)PIECE_MAX * BLOCK);
		if (pthread_create(&stripe->thread, NULL, load_stripe, stripe))
			fail("thread");
	}
	for (unsigned int i = 0; i < threads; i++) {
		pthread_join(stripes[i].thread, NULL);
		operations += stripes[i].operations;
	}
	printf("diskcheck: load ok, %llu operations\n", (unsigned long long)operations);
	return 0;
}

static _Noreturn void flushes(void)
{
	uint8_t *data = buffer(BLOCK);

	for (uint64_t n = 1;; n++) {
		fill(data, n % FLUSH_BLOCKS, n);
		move(true, data, n % FLUSH_BLOCKS, 1);
		if (fdatasync(fd))
			fail("flush");
		printf("acked %llu\n", (unsigned long long)n);
		fflush(stdout);
	}
}

/* Each block holds its last generation up to @acked, or a later generation that was on its way. */
static int survived(uint64_t acked)
{
	uint8_t *data = buffer(BLOCK);

	for (uint64_t n = acked < FLUSH_BLOCKS ? 1 : acked - FLUSH_BLOCKS + 1; n <= acked; n++) {
		uint64_t found;

		move(false, data, n % FLUSH_BLOCKS, 1);
		found = ((const uint64_t *)(const void *)data)[1];
		if (found < n || (found - n) % FLUSH_BLOCKS) {
			printf("diskcheck: block %llu has generation %llu, but flush %llu was acknowledged\n",
			       (unsigned long long)(n % FLUSH_BLOCKS), (unsigned long long)found,
			       (unsigned long long)acked);
			return 1;
		}
		compare(data, n % FLUSH_BLOCKS, found);
	}
	printf("diskcheck: flush %llu survived\n", (unsigned long long)acked);
	return 0;
}

static int rate(unsigned int seconds)
{
	uint8_t *data = buffer(BLOCK);
	uint64_t count = 0, blocks = device_blocks();
	unsigned int seed = 1;

	end = time(NULL) + (time_t)seconds;
	for (; time(NULL) < end; count++)
		move(false, data, (uint64_t)rand_r(&seed) % blocks, 1);
	printf("diskcheck: %llu reads in %u s\n", (unsigned long long)count, seconds);
	return 0;
}

/* As the locks of QEMU's block/file-posix.c: byte 200 and on for operations that others may not do; 1 is to write. */
static int hold(void)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 201, .l_len = 1 };

	if (fcntl(fd, F_OFD_SETLK, &lock))
		fail("lock");
	puts("held");
	fflush(stdout);
	while (pause())
		;
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int number = argc > 3 ? (unsigned int)atoi(argv[3]) : 0;

	if (argc < 3)
		return 2;
	fd = open(argv[2], O_RDWR | O_DIRECT | O_CLOEXEC);
	if (fd < 0 && errno == EINVAL)
		fd = open(argv[2], O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fail(argv[2]);
	if (!strcmp(argv[1], "load") && argc == 5)
		return load(number, (unsigned int)atoi(argv[4]) % (THREADS_MAX + 1));
	if (!strcmp(argv[1], "flushes"))
		flushes();
	if (!strcmp(argv[1], "survived") && argc == 4)
		return survived(strtoull(argv[3], NULL, 10));
	if (!strcmp(argv[1], "rate") && argc == 4)
		return rate(number);
	if (!strcmp(argv[1], "hold"))
		return hold();
	return 2;
}
