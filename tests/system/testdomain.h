/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * testdomain.h - a throw-away domain for the programs that test vimo.ko in dom0.
 *
 * Anything unexpected prints where and what, and ends the program with 1; the
 * module must cope with a test that dies, too.
 */
#ifndef TESTDOMAIN_H
#define TESTDOMAIN_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vimo/device.h>
#include <vimo/domain.h>
#include <vimo/guest_map.h>
#include <vimo/ioctl.h>
#include <vimo/ioreq.h>

/* How long a test waits. No test passes or fails by how fast the computer is: the limit ends a test that hangs. */
#define PATIENCE_MS 300000
#define TRIES (PATIENCE_MS / 10) /* with 10 ms between them */

#define CHECK(condition)                                                                                              \
	do {                                                                                                          \
		if (!(condition)) {                                                                                   \
			printf("%s:%d: %s: errno %d (%s)\n", __FILE__, __LINE__, #condition, errno, strerror(errno)); \
			exit(1);                                                                                      \
		}                                                                                                     \
	} while (0)

/* The call must fail, and for this reason. */
#define CHECK_ERRNO(call, expected)                         \
	do {                                                \
		errno = 0;                                  \
		CHECK((call) == -1 && errno == (expected)); \
	} while (0)

struct testdomain {
	int control, fd;
	uint32_t id;
};

static inline void testdomain_create(struct testdomain *domain, uint32_t vcpus)
{
	struct vimo_ioc_create create = { .vcpus = vcpus };

	domain->control = open("/dev/vimo", O_RDWR | O_CLOEXEC);
	CHECK(domain->control >= 0);
	CHECK(ioctl(domain->control, VIMO_IOC_CREATE, &create) == 0);
	domain->fd = create.fd;
	domain->id = create.domain;
}

static inline void testdomain_populate(struct testdomain *domain, uint64_t bytes)
{
	struct vimo_ioc_range range = { .ipa = VIMO_GUEST_RAM_BASE, .bytes = bytes };

	CHECK(ioctl(domain->fd, VIMO_IOC_POPULATE, &range) == 0);
}

static inline void *testdomain_map(struct testdomain *domain, uint64_t offset, size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, domain->fd, offset);

	CHECK(at != MAP_FAILED);
	return at;
}

/* Code for the guest's first page of RAM, as vCPU 0 with its MMU off will see it, and @x0 for it to begin with. */
static inline void testdomain_load(struct testdomain *domain, const void *code, size_t bytes, uint64_t x0)
{
	struct vimo_ioc_entry entry = { .pc = VIMO_GUEST_RAM_BASE, .x0 = x0 };
	uint8_t *ram = testdomain_map(domain, VIMO_GUEST_RAM_BASE, VIMO_PAGE_SIZE);
	size_t i;

	memcpy(ram, code, bytes);
	for (i = 0; i < VIMO_PAGE_SIZE; i += 16)
		__asm__ volatile("dc cvac, %0" : : "r"(ram + i) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
	CHECK(munmap(ram, VIMO_PAGE_SIZE) == 0);
	CHECK(ioctl(domain->fd, VIMO_IOC_ENTRY, &entry) == 0);
}

/* Nothing may be mapped any more. */
static inline void testdomain_destroy(struct testdomain *domain)
{
	CHECK(ioctl(domain->fd, VIMO_IOC_DESTROY) == 0);
	close(domain->fd);
	close(domain->control);
}

static inline uint64_t testdomain_free_pages(int control)
{
	struct vimo_ioc_info info;

	CHECK(ioctl(control, VIMO_IOC_INFO, &info) == 0);
	return info.free_pages;
}

#endif
