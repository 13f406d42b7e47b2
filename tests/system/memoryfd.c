// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memoryfd.c - a guest's RAM as a descriptor that can only be mapped.
 *
 *   memoryfd [FILE]    FILE knows O_DIRECT and has BLOCK_BYTES: they are read
 *                      into the guest straight from it
 *
 * Prints OK and exits 0, or prints what went wrong.
 */
#define _GNU_SOURCE
#include "testdomain.h"

#include <sys/resource.h>

#define RAM_BYTES (8u << 20)
#define BLOCK_BYTES (64u << 10)
#define RW (PROT_READ | PROT_WRITE)

static int memory_fd(const struct testdomain *domain)
{
	int32_t fd = -1;

	CHECK(ioctl(domain->fd, VIMO_IOC_MEMORY_FD, &fd) == 0);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	return fd;
}

static uint64_t *map(int fd, size_t bytes)
{
	void *at = mmap(NULL, bytes, RW, MAP_SHARED, fd, 0);

	CHECK(at != MAP_FAILED);
	return at;
}

static void check_mmap(int fd, uint64_t offset, size_t bytes, int prot, int flags, int expected)
{
	errno = 0;
	CHECK(mmap(NULL, bytes, prot, flags, fd, offset) == MAP_FAILED && errno == expected);
}

/* Each page of both mappings is the same memory; two orders, so that either one faults first. */
static void test_same_memory(struct testdomain *domain, int fd)
{
	uint64_t *ram = testdomain_map(domain, VIMO_GUEST_RAM_BASE, RAM_BYTES);
	uint64_t *memory = map(fd, RAM_BYTES), *part;
	size_t i, words = RAM_BYTES / sizeof(*ram), half = words / 2;

	for (i = 0; i < half; i += 512)
		ram[i] = i + 1;
	for (i = 0; i < half; i += 512)
		CHECK(memory[i] == i + 1);
	for (i = half; i < words; i += 512)
		memory[i] = i + 1;
	for (i = half; i < words; i += 512)
		CHECK(ram[i] == i + 1);

	part = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, RAM_BYTES - 4096);
	CHECK(part != MAP_FAILED && *part == words - 512 + 1);
	CHECK(mprotect(part, 4096, PROT_READ | PROT_EXEC) == -1 && errno == EACCES);
	CHECK(munmap(part, 4096) == 0 && munmap(memory, RAM_BYTES) == 0 && munmap(ram, RAM_BYTES) == 0);
}

/* Addresses above and below RAM, a device, and the other pages that the domain's descriptor maps. */
static void test_nothing_else(const struct testdomain *domain, int fd)
{
	struct vimo_ioc_device device = { .ipa = VIMO_GUEST_VIRTIO_BASE,
					  .doorbell = 0x50,
					  .clear = 0x64,
					  .status = 0x60,
					  .queues = 1,
					  .intid = VIMO_GUEST_VIRTIO_INTID };
	struct vimo_ioc_domain_info info;
	char byte;

	CHECK(ioctl(domain->fd, VIMO_IOC_DEVICE, &device) == 0);
	check_mmap(fd, 0, RAM_BYTES + 4096, RW, MAP_SHARED, ENXIO);
	check_mmap(fd, RAM_BYTES, 4096, RW, MAP_SHARED, ENXIO);
	check_mmap(fd, VIMO_GUEST_RAM_BASE, 4096, RW, MAP_SHARED, ENXIO);
	check_mmap(fd, VIMO_MMAP_IOREQ, 4096, RW, MAP_SHARED, ENXIO);
	check_mmap(fd, VIMO_MMAP_IOREQ - VIMO_GUEST_RAM_BASE, 4096, RW, MAP_SHARED, ENXIO);
	check_mmap(fd, VIMO_MMAP_CONSOLE, 4096, RW, MAP_SHARED, ENXIO);
	check_mmap(fd, device.ipa, 4096, RW, MAP_SHARED, ENXIO);
	check_mmap(fd, device.ipa - VIMO_GUEST_RAM_BASE, 4096, RW, MAP_SHARED, ENXIO);
	check_mmap(fd, -8192ull, 4096, RW, MAP_SHARED, ENXIO);
	check_mmap(fd, 0, 4096, RW, MAP_PRIVATE, EINVAL);
	check_mmap(fd, 0, 4096, RW | PROT_EXEC, MAP_SHARED, EACCES);

	CHECK_ERRNO(ioctl(fd, VIMO_IOC_DOMAIN_INFO, &info), ENOTTY);
	CHECK_ERRNO(ioctl(fd, VIMO_IOC_MEMORY_FD, &info), ENOTTY);
	CHECK_ERRNO(ioctl(fd, VIMO_IOC_DESTROY), ENOTTY);
	CHECK_ERRNO(read(fd, &byte, 1), EINVAL);
	CHECK_ERRNO(write(fd, &byte, 1), EINVAL);
	CHECK(lseek(fd, 0, SEEK_END) == RAM_BYTES && lseek(fd, 0, SEEK_SET) == 0);
	CHECK_ERRNO(lseek(fd, RAM_BYTES + 1, SEEK_SET), EINVAL);
}

/* RAM is populated after the descriptor exists; RAM behind a hole does not count. */
static void test_growing_memory(void)
{
	struct vimo_ioc_range behind = { .ipa = VIMO_GUEST_RAM_BASE + 3 * RAM_BYTES, .bytes = 4096 };
	struct testdomain domain;
	int fd;

	testdomain_create(&domain, 1);
	fd = memory_fd(&domain);
	CHECK(lseek(fd, 0, SEEK_END) == 0);
	check_mmap(fd, 0, 4096, RW, MAP_SHARED, ENXIO);
	testdomain_populate(&domain, RAM_BYTES);
	CHECK(ioctl(domain.fd, VIMO_IOC_POPULATE, &behind) == 0);
	CHECK(lseek(fd, 0, SEEK_END) == RAM_BYTES);
	check_mmap(fd, 0, 3 * RAM_BYTES + 4096, RW, MAP_SHARED, ENXIO);
	CHECK(munmap(map(fd, RAM_BYTES), RAM_BYTES) == 0);
	testdomain_destroy(&domain); /* which the descriptor does not delay */
	close(fd);
}

static long page_faults(void)
{
	struct rusage usage;

	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage.ru_minflt;
}

/* Once populated, reading meets no fault; else there is one for each window of 16 pages at least. */
static void test_populate(int fd)
{
	volatile uint64_t *memory = mmap(NULL, RAM_BYTES, RW, MAP_SHARED | MAP_POPULATE, fd, 0);
	long before = page_faults();
	size_t i;

	CHECK(memory != MAP_FAILED);
	for (i = 0; i < RAM_BYTES / sizeof(*memory); i += 512)
		(void)memory[i];
	CHECK(page_faults() - before < RAM_BYTES / 4096 / 16 / 2);
	CHECK(munmap((void *)memory, RAM_BYTES) == 0);
}

static void test_direct_io(int fd, const char *name)
{
	static uint8_t expected[BLOCK_BYTES];
	int direct = open(name, O_RDONLY | O_DIRECT), cached = open(name, O_RDONLY);
	uint8_t *memory = (uint8_t *)map(fd, RAM_BYTES);

	CHECK(direct >= 0 && cached >= 0);
	CHECK(pread(cached, expected, BLOCK_BYTES, 0) == (ssize_t)BLOCK_BYTES);
	memset(memory + RAM_BYTES - BLOCK_BYTES, 0x5a, BLOCK_BYTES / 2); /* half of it was touched before */
	CHECK(pread(direct, memory + RAM_BYTES - BLOCK_BYTES, BLOCK_BYTES, 0) == (ssize_t)BLOCK_BYTES);
	CHECK(memcmp(memory + RAM_BYTES - BLOCK_BYTES, expected, BLOCK_BYTES) == 0);
	CHECK(munmap(memory, RAM_BYTES) == 0);
	close(direct);
	close(cached);
}

/* A caller that cannot take the number gets no descriptor. */
static void test_failures(const struct testdomain *domain)
{
	int before = dup(0), after;

	close(before);
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_MEMORY_FD, NULL), EFAULT);
	CHECK_ERRNO(ioctl(domain->control, VIMO_IOC_MEMORY_FD, &after), ENOTTY);
	after = dup(0);
	CHECK(after == before);
	close(after);
}

/* The domain's own descriptor goes first, the domain while it is mapped, the memory's descriptor last. */
static void test_life(struct testdomain *domain, int fd, uint64_t free_before)
{
	struct vimo_ioc_open reopen = { .domain = domain->id };
	uint64_t *memory;
	int none, tries = 0;

	close(domain->fd);
	memory = map(fd, RAM_BYTES);
	memory[0] = 1;
	CHECK(ioctl(domain->control, VIMO_IOC_OPEN, &reopen) == 0);
	CHECK_ERRNO(ioctl(reopen.fd, VIMO_IOC_DESTROY), EBUSY);
	CHECK_ERRNO(ioctl(reopen.fd, VIMO_IOC_MEMORY_FD, &none), ESTALE);
	check_mmap(fd, 0, 4096, RW, MAP_SHARED, ESTALE);
	CHECK_ERRNO(lseek(fd, 0, SEEK_END), ESTALE);
	memory[1] = 2; /* mappings stay valid */
	CHECK(memory[0] == 1 && memory[1] == 2);
	CHECK(munmap(memory, RAM_BYTES) == 0);
	while (ioctl(reopen.fd, VIMO_IOC_DESTROY) == -1 && errno == EBUSY && tries++ < TRIES)
		usleep(10000);
	check_mmap(fd, 0, 4096, RW, MAP_SHARED, ENOENT);
	CHECK_ERRNO(ioctl(reopen.fd, VIMO_IOC_MEMORY_FD, &none), ENOENT);
	CHECK(testdomain_free_pages(domain->control) == free_before);
	close(reopen.fd);
	close(fd);
	close(domain->control);
}

int main(int argc, char **argv)
{
	struct testdomain domain;
	uint64_t free_before;
	int fd;

	test_growing_memory();
	testdomain_create(&domain, 1);
	free_before = testdomain_free_pages(domain.control);
	testdomain_populate(&domain, RAM_BYTES);
	fd = memory_fd(&domain);
	test_same_memory(&domain, fd);
	test_nothing_else(&domain, fd);
	test_populate(fd);
	if (argc > 1)
		test_direct_io(fd, argv[1]);
	test_failures(&domain);
	test_life(&domain, fd, free_before);
	printf("OK\n");
	return 0;
}
