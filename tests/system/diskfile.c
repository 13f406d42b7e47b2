// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * diskfile.c - data between an image and guest memory, moved by the module.
 *
 *   diskfile IMAGE    a file or block device that knows O_DIRECT; its first MiB is overwritten
 *
 * Prints OK and exits 0, or prints what went wrong.
 */
#define _GNU_SOURCE
#include "testdomain.h"

#include <linux/aio_abi.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#define RAM_BYTES (8u << 20)
#define DATA_BYTES (1u << 20)
#define PIECES 8
#define IN_FLIGHT 8u

static uint8_t *ram;

static int disk_fd(const struct testdomain *domain, int image, const void *base)
{
	struct vimo_ioc_disk disk = { .base = (uintptr_t)base, .image = image };

	CHECK(ioctl(domain->fd, VIMO_IOC_DISK_FD, &disk) == 0);
	CHECK(fcntl(disk.fd, F_GETFD) == FD_CLOEXEC);
	return disk.fd;
}

static void fill(uint8_t *at, unsigned int seed)
{
	for (unsigned int i = 0; i < DATA_BYTES; i += 512)
		memset(at + i, (int)(i / 512 * 7 + seed), 512);
}

/* All of @data, from PIECES places that are not in order. */
static void pieces_of(uint8_t *data, struct iovec *pieces)
{
	for (unsigned int i = 0; i < PIECES; i++)
		pieces[i] = (struct iovec){ data + (i * 5 % PIECES) * (DATA_BYTES / PIECES), DATA_BYTES / PIECES };
}

static void test_data(int disk, int image)
{
	uint8_t *out = ram + 4096, *in = ram + RAM_BYTES - DATA_BYTES, *plain = aligned_alloc(4096, DATA_BYTES);
	struct iovec pieces[PIECES];

	CHECK(plain != NULL);
	fill(out, 1);
	pieces_of(out, pieces);
	CHECK(pwritev(disk, pieces, PIECES, 0) == DATA_BYTES);
	CHECK(pread(image, plain, DATA_BYTES, 0) == DATA_BYTES);
	for (unsigned int i = 0; i < PIECES; i++)
		CHECK(memcmp(plain + i * (DATA_BYTES / PIECES), pieces[i].iov_base, pieces[i].iov_len) == 0);

	fill(plain, 2);
	CHECK(pwrite(image, plain, DATA_BYTES, 0) == DATA_BYTES);
	pieces_of(in, pieces);
	CHECK(preadv(disk, pieces, PIECES, 0) == DATA_BYTES);
	for (unsigned int i = 0; i < PIECES; i++)
		CHECK(memcmp(plain + i * (DATA_BYTES / PIECES), pieces[i].iov_base, pieces[i].iov_len) == 0);
	/* A single place takes another path. */
	CHECK(pread(disk, out, DATA_BYTES / 2, DATA_BYTES / 2) == DATA_BYTES / 2);
	CHECK(memcmp(out, plain + DATA_BYTES / 2, DATA_BYTES / 2) == 0);
	CHECK(pwrite(disk, in, 512, 512) == 512 && pread(image, plain, 4096, 0) == 4096);
	CHECK(memcmp(plain + 512, in, 512) == 0);
	/* Places without bytes do not count, in any position. */
	memset(out, 0, 2 * 4096u);
	CHECK(preadv(disk, (struct iovec[]){ { ram, 0 }, { out, 4096 }, { ram, 0 }, { out + 4096, 4096 }, { ram, 0 } },
		     5, 4096) == 2 * 4096);
	CHECK(pread(image, plain, 2 * 4096u, 4096) == 2 * 4096 && memcmp(plain, out, 2 * 4096u) == 0);
	free(plain);
}

/* The address counts, not its content: it must be RAM. */
static void test_outside(int disk)
{
	static uint8_t ours[4096] __attribute__((aligned(4096)));
	struct iovec half[] = { { ram, 4096 }, { ours, 4096 } };

	CHECK_ERRNO(pread(disk, ours, 4096, 0), EFAULT);
	CHECK_ERRNO(pread(disk, ram - 4096, 4096, 0), EFAULT);
	CHECK_ERRNO(pread(disk, ram + RAM_BYTES, 4096, 0), EFAULT);
	CHECK_ERRNO(pread(disk, ram + RAM_BYTES - 4096, 8192, 0), EFAULT);
	CHECK_ERRNO(pwrite(disk, ram + RAM_BYTES - 4096, 8192, 0), EFAULT);
	CHECK_ERRNO(preadv(disk, half, 2, 0), EFAULT);
	CHECK_ERRNO(pread(disk, ram + 1, 4096, 0), EINVAL); /* as O_DIRECT has it */
}

static void test_failures(const struct testdomain *domain, int image, int disk)
{
	struct vimo_ioc_disk none = { .image = -1 };
	int ends[2], before = dup(0), after, readable = open("/dev/zero", O_RDONLY);

	close(before);
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_DISK_FD, &none), EBADF);
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_DISK_FD, NULL), EFAULT);
	none.image = image;
	CHECK_ERRNO(ioctl(domain->control, VIMO_IOC_DISK_FD, &none), ENOTTY);
	CHECK_ERRNO(ioctl(disk, VIMO_IOC_DISK_FD, &none), ENOTTY);
	CHECK(pipe(ends) == 0);
	for (const int *bad = (int[]){ ends[0], readable, domain->fd, disk, -1 }; *bad >= 0; bad++) {
		none.image = *bad;
		CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_DISK_FD, &none), EINVAL);
	}
	close(ends[0]);
	close(ends[1]);
	close(readable);
	after = dup(0);
	CHECK(after == before);
	close(after);
	CHECK_ERRNO(lseek(disk, 0, SEEK_SET), ESPIPE);
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, disk, 0) == MAP_FAILED && errno == ENODEV);
}

/* The descriptor does not allow more than the image's descriptor. */
static void test_rights(const struct testdomain *domain, const char *name)
{
	int image = open(name, O_RDONLY | O_DIRECT), disk = disk_fd(domain, image, ram);

	CHECK_ERRNO(pwrite(disk, ram, 4096, 0), EBADF);
	CHECK(pread(disk, ram, 4096, 0) == 4096);
	close(image); /* the other keeps it */
	CHECK(pread(disk, ram, 4096, 0) == 4096);
	close(disk);
}

/* Requests that end by themselves later, in any order. */
static void test_in_flight(int disk, int image)
{
	struct iocb blocks[IN_FLIGHT] = { 0 }, *list[IN_FLIGHT];
	uint8_t *plain = aligned_alloc(4096, DATA_BYTES);
	struct io_event done[IN_FLIGHT];
	aio_context_t context = 0;

	CHECK(plain != NULL && syscall(SYS_io_setup, IN_FLIGHT, &context) == 0);
	fill(ram, 3);
	for (unsigned int i = 0; i < IN_FLIGHT; i++) {
		blocks[i] = (struct iocb){ .aio_lio_opcode = IOCB_CMD_PWRITE,
					   .aio_fildes = (uint32_t)disk,
					   .aio_buf = (uintptr_t)(ram + i * (DATA_BYTES / IN_FLIGHT)),
					   .aio_nbytes = DATA_BYTES / IN_FLIGHT,
					   .aio_offset = (int64_t)i * (DATA_BYTES / IN_FLIGHT) };
		list[i] = &blocks[i];
	}
	CHECK(syscall(SYS_io_submit, context, (long)IN_FLIGHT, list) == IN_FLIGHT);
	CHECK(syscall(SYS_io_getevents, context, (long)IN_FLIGHT, (long)IN_FLIGHT, done, NULL) == IN_FLIGHT);
	for (unsigned int i = 0; i < IN_FLIGHT; i++)
		CHECK(done[i].res == DATA_BYTES / IN_FLIGHT);
	CHECK(pread(image, plain, DATA_BYTES, 0) == DATA_BYTES && memcmp(plain, ram, DATA_BYTES) == 0);
	syscall(SYS_io_destroy, context);
	free(plain);
}

/* The descriptor keeps neither the domain nor its memory. */
static void test_life(struct testdomain *domain, int disk, uint64_t free_before)
{
	int tries = 0;

	CHECK(munmap(ram, RAM_BYTES) == 0);
	while (ioctl(domain->fd, VIMO_IOC_DESTROY) == -1 && errno == EBUSY && tries++ < TRIES)
		usleep(10000);
	CHECK_ERRNO(pread(disk, ram, 4096, 0), ENOENT);
	CHECK(testdomain_free_pages(domain->control) == free_before);
	close(domain->fd);
	close(disk);
	close(domain->control);
}

int main(int argc, char **argv)
{
	struct testdomain domain;
	uint64_t free_before;
	int image, disk;

	if (argc != 2) {
		fprintf(stderr, "usage: diskfile IMAGE\n");
		return 2;
	}
	domain.control = open("/dev/vimo", O_RDWR | O_CLOEXEC);
	CHECK(domain.control >= 0);
	free_before = testdomain_free_pages(domain.control);
	close(domain.control);
	testdomain_create(&domain, 1);
	testdomain_populate(&domain, RAM_BYTES);
	image = open(argv[1], O_RDWR | O_DIRECT);
	CHECK(image >= 0);
	ram = testdomain_map(&domain, VIMO_GUEST_RAM_BASE, RAM_BYTES);
	disk = disk_fd(&domain, image, ram);
	test_data(disk, image);
	test_outside(disk);
	test_failures(&domain, image, disk);
	test_rights(&domain, argv[1]);
	test_in_flight(disk, image);
	close(image);
	test_life(&domain, disk, free_before);
	printf("OK\n");
	return 0;
}
