// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * odirect.c - direct I/O between a file and guest memory, in dom0.
 *
 *   odirect IN OUT [DOMAIN]
 *
 * Reads blocks of IN with O_DIRECT straight into guest RAM, writes them from
 * there to OUT with O_DIRECT, and compares both files. IN and OUT are files or
 * block devices that know O_DIRECT (tmpfs does not). Without DOMAIN it makes a
 * domain of its own; with it, it borrows the last MiB of that domain's RAM and
 * restores its content. Prints OK and exits 0, or prints what went wrong.
 */
#define _GNU_SOURCE
#include "testdomain.h"

#define BLOCK_BYTES (64u * 1024)
#define TEST_BYTES (1024u * 1024)

static uint64_t open_domain(struct testdomain *domain, const char *id)
{
	struct vimo_ioc_domain_info info;
	struct vimo_ioc_open args;

	if (!id) {
		testdomain_create(domain, 1);
		testdomain_populate(domain, 4 * TEST_BYTES);
	} else {
		domain->control = open("/dev/vimo", O_RDWR | O_CLOEXEC);
		CHECK(domain->control >= 0);
		args.domain = strtoul(id, NULL, 0);
		CHECK(ioctl(domain->control, VIMO_IOC_OPEN, &args) == 0);
		domain->fd = args.fd;
	}
	CHECK(ioctl(domain->fd, VIMO_IOC_DOMAIN_INFO, &info) == 0);
	CHECK(info.pages * VIMO_PAGE_SIZE >= TEST_BYTES);
	return VIMO_GUEST_RAM_BASE + info.pages * VIMO_PAGE_SIZE - TEST_BYTES;
}

/* One pass per block, each at another place in guest RAM. */
static void copy_through_guest(uint8_t *ram, int in, int out)
{
	off_t at;

	for (at = 0; at < TEST_BYTES; at += BLOCK_BYTES) {
		uint8_t *block = ram + TEST_BYTES - BLOCK_BYTES - at;

		CHECK(pread(in, block, BLOCK_BYTES, at) == (ssize_t)BLOCK_BYTES);
		CHECK(pwrite(out, block, BLOCK_BYTES, at) == (ssize_t)BLOCK_BYTES);
	}
}

static void compare(int in, int out)
{
	static uint8_t expected[BLOCK_BYTES] __attribute__((aligned(4096)));
	static uint8_t found[BLOCK_BYTES] __attribute__((aligned(4096)));
	off_t at;

	for (at = 0; at < TEST_BYTES; at += BLOCK_BYTES) {
		CHECK(pread(in, expected, BLOCK_BYTES, at) == (ssize_t)BLOCK_BYTES);
		CHECK(pread(out, found, BLOCK_BYTES, at) == (ssize_t)BLOCK_BYTES);
		CHECK(memcmp(expected, found, BLOCK_BYTES) == 0);
	}
}

int main(int argc, char **argv)
{
	struct testdomain domain;
	int in, out;
	void *saved;
	uint64_t ipa;
	uint8_t *ram;

	if (argc < 3) {
		fprintf(stderr, "usage: odirect IN OUT [DOMAIN]\n");
		return 2;
	}
	ipa = open_domain(&domain, argv[3]);
	in = open(argv[1], O_RDONLY | O_DIRECT);
	CHECK(in >= 0);
	out = open(argv[2], O_RDWR | O_DIRECT | (access(argv[2], F_OK) ? O_CREAT : 0), 0600);
	CHECK(out >= 0);
	ram = testdomain_map(&domain, ipa, TEST_BYTES);
	saved = malloc(TEST_BYTES);
	CHECK(saved);
	memcpy(saved, ram, TEST_BYTES);

	copy_through_guest(ram, in, out);
	compare(in, out);

	memcpy(ram, saved, TEST_BYTES);
	CHECK(munmap(ram, TEST_BYTES) == 0);
	if (!argv[3])
		testdomain_destroy(&domain);
	printf("OK\n");
	return 0;
}
