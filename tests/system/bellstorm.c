// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bellstorm.c - a guest rings two doorbells without end while the number of its
 * device's queues changes all the time. Each new set of events must ring, and
 * no event may fire into freed memory. arm64 only.
 *
 *   bellstorm [CHANGES]    default 2000
 *
 * Prints OK and exits 0, or prints what went wrong.
 */
#define _GNU_SOURCE
#include "testdomain.h"

#include <sys/eventfd.h>

#define DEVICE VIMO_GUEST_VIRTIO_BASE

/* The guest, MMU off, x0 = DEVICE: rings queues 0 and 1. */
extern const uint8_t bell_code[], bell_code_end[];
asm(".pushsection .rodata\n"
    "	.globl	bell_code, bell_code_end\n"
    "	.balign	8\n"
    "bell_code:\n"
    "	mov	w1, #1\n"
    "1:	str	wzr, [x0, #0x50]\n"
    "	str	w1, [x0, #0x50]\n"
    "	b	1b\n"
    "bell_code_end:\n"
    ".popsection\n");

static void start_guest(struct testdomain *domain)
{
	uint32_t start = VIMO_OP_START;

	testdomain_load(domain, bell_code, bell_code_end - bell_code, DEVICE);
	CHECK(ioctl(domain->fd, VIMO_IOC_CONTROL, &start) == 0);
}

static void set_queues(struct testdomain *domain, unsigned int queues, int expected)
{
	struct vimo_ioc_device device = { .ipa = DEVICE,
					  .doorbell = 0x50,
					  .clear = 0x64,
					  .status = 0x60,
					  .queues = queues,
					  .intid = VIMO_GUEST_VIRTIO_INTID };

	errno = 0;
	ioctl(domain->fd, VIMO_IOC_DEVICE, &device);
	CHECK(errno == expected);
}

static void bind_kick(struct testdomain *domain, uint32_t queue, int fd)
{
	struct vimo_ioc_kick kick = { .ipa = DEVICE, .queue = queue, .fd = fd };

	CHECK(ioctl(domain->fd, VIMO_IOC_KICK, &kick) == 0);
}

/* One signal comes with the binding, the second from the guest. */
static void wait_for_the_guest(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	uint64_t count, signals = 0;

	while (signals < 2) {
		CHECK(poll(&wait, 1, PATIENCE_MS) == 1);
		CHECK(read(fd, &count, sizeof(count)) == sizeof(count));
		signals += count;
	}
}

int main(int argc, char **argv)
{
	unsigned int i, changes = argc > 1 ? strtoul(argv[1], NULL, 0) : 2000;
	struct testdomain domain;

	testdomain_create(&domain, 1);
	testdomain_populate(&domain, 1 << 20);
	set_queues(&domain, 2, 0);
	start_guest(&domain);
	for (i = 0; i < changes; i++) {
		int fd = eventfd(0, 0);

		set_queues(&domain, i % 2 ? 2 : VIMO_DEVICE_QUEUES, EEXIST);
		bind_kick(&domain, i / 2 % 2, fd);
		if (i % 8 < 6) /* else the next change would find the guest in the loop */
			wait_for_the_guest(fd);
		close(fd);
	}
	testdomain_destroy(&domain);
	printf("OK\n");
	return 0;
}
