// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pinpages.c - pages of a domain that a transfer would still hold when the
 * domain is destroyed.
 *
 *   pinpages [FILE]    FILE knows O_DIRECT and has a page
 *
 * The pages that EL2 shares with dom0 cannot be held, by any way to hold a
 * page. Guest RAM can be, and DESTROY is then EBUSY until the last page is let
 * go. Prints OK and exits 0, or prints what went wrong.
 */
#define _GNU_SOURCE
#include "testdomain.h"

#include <linux/futex.h>
#include <linux/io_uring.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define RAM_BYTES (4u << 20)
#define PAGE 4096u
#define SHADOW VIMO_GUEST_VIRTIO_BASE
#define ROUNDS 50

static const uint64_t shared[] = { VIMO_MMAP_IOREQ, VIMO_MMAP_CONSOLE, SHADOW };
#define SHARED (sizeof(shared) / sizeof(shared[0]))

static sigjmp_buf escape;

static void on_fault(int signal)
{
	siglongjmp(escape, signal);
}

/* 0, or the signal that reading and writing the byte raises. */
static int touch(volatile uint8_t *at)
{
	int signal = sigsetjmp(escape, 1);

	if (!signal)
		*at = *at;
	return signal;
}

static void new_domain(struct testdomain *domain)
{
	struct vimo_ioc_device device = {
		.ipa = SHADOW,
		.doorbell = 0x50,
		.clear = 0x64,
		.status = 0x60,
		.queues = 1,
		.intid = VIMO_GUEST_VIRTIO_INTID,
	};

	testdomain_create(domain, 1);
	testdomain_populate(domain, RAM_BYTES);
	CHECK(ioctl(domain->fd, VIMO_IOC_DEVICE, &device) == 0);
}

static int ring_new(void)
{
	struct io_uring_params params = { 0 };
	int ring = syscall(__NR_io_uring_setup, 4, &params);

	CHECK(ring >= 0);
	return ring;
}

/* 0 or errno. */
static int hold_by_ring(int ring, void *at, size_t bytes)
{
	struct iovec buffer = { at, bytes };

	return syscall(__NR_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1) ? errno : 0;
}

static int hold_by_pipe(int pipe, void *at, size_t bytes)
{
	struct iovec part = { at, bytes };

	return vmsplice(pipe, &part, 1, 0) == (ssize_t)bytes ? 0 : errno;
}

static void check_refused(int ring, int pipe, int direct, void *page)
{
	struct iovec mine = { &(uint64_t){ 0 }, 8 }, theirs = { page, 8 };
	int memory = open("/proc/self/mem", O_RDWR);
	uint8_t byte;

	CHECK(touch(page) == 0);
	CHECK(hold_by_pipe(pipe, page, 8) == EFAULT);
	CHECK(hold_by_ring(ring, page, PAGE) == EFAULT);
	CHECK_ERRNO(process_vm_readv(getpid(), &mine, 1, &theirs, 1, 0), EFAULT);
	CHECK_ERRNO(process_vm_writev(getpid(), &mine, 1, &theirs, 1, 0), EFAULT);
	CHECK_ERRNO(syscall(__NR_futex, page, FUTEX_WAIT, 0, &(struct timespec){ 0, 1 }, NULL, 0), EFAULT);
	CHECK(memory >= 0);
	CHECK_ERRNO(pread(memory, &byte, 1, (off_t)(uintptr_t)page), EIO);
	CHECK_ERRNO(pwrite(memory, &byte, 1, (off_t)(uintptr_t)page), EIO);
	close(memory);
	if (direct >= 0)
		CHECK_ERRNO(pread(direct, page, PAGE, 0), EFAULT);
}

/* An area that moves is the same page, and stays as it is; it cannot grow, be run, or be inherited. */
static void check_area(int fd, uint64_t offset, uint8_t **page)
{
	void *room = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *moved;
	int status;
	pid_t child;

	CHECK(room != MAP_FAILED);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, (off_t)offset) == MAP_FAILED && errno == EINVAL);
	CHECK(mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, (off_t)offset) == MAP_FAILED && errno == EINVAL);
	CHECK_ERRNO(mprotect(*page, PAGE, PROT_READ | PROT_EXEC), EACCES);
	CHECK_ERRNO(madvise(*page, PAGE, MADV_DOFORK), EINVAL);
	CHECK(mremap(*page, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
	CHECK(mremap(*page, 0, PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
	moved = mremap(*page, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	CHECK(moved == room);
	*page = moved;
	CHECK(mprotect(*page, PAGE, PROT_READ) == 0 && mprotect(*page, PAGE, PROT_READ | PROT_WRITE) == 0);
	child = fork();
	CHECK(child >= 0);
	if (!child)
		_exit(touch(*page));
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == SIGSEGV);
}

static void destroy_at_last(struct testdomain *domain, uint64_t free_before)
{
	int tries = 0;

	while (ioctl(domain->fd, VIMO_IOC_DESTROY) == -1 && errno == EBUSY && tries++ < TRIES)
		usleep(10000);
	CHECK_ERRNO(ioctl(domain->fd, VIMO_IOC_DESTROY), ENOENT);
	CHECK(testdomain_free_pages(domain->control) == free_before);
	close(domain->fd);
	close(domain->control);
}

/* Mappings of shared pages end with the domain, and do not delay it. */
static void test_shared(int direct)
{
	uint8_t *page[SHARED];
	struct testdomain domain;
	int ring = ring_new(), pipes[2];
	uint8_t byte;
	size_t i;

	CHECK(pipe(pipes) == 0);
	new_domain(&domain);
	for (i = 0; i < SHARED; i++) {
		page[i] = testdomain_map(&domain, shared[i], PAGE);
		check_refused(ring, pipes[1], direct, page[i]);
		check_area(domain.fd, shared[i], &page[i]);
		check_refused(ring, pipes[1], direct, page[i]);
		page[i][PAGE - 1] = (uint8_t)(i + 1);
	}
	for (i = 0; i < SHARED; i++) /* data is copied, as always */
		CHECK(write(pipes[1], page[i] + PAGE - 1, 1) == 1 && read(pipes[0], &byte, 1) == 1 && byte == i + 1);
	CHECK(ioctl(domain.fd, VIMO_IOC_DESTROY) == 0);
	for (i = 0; i < SHARED; i++) {
		CHECK(touch(page[i]) == SIGBUS);
		CHECK(munmap(page[i], PAGE) == 0);
	}
	close(domain.fd);
	close(domain.control);
	close(pipes[0]);
	close(pipes[1]);
	close(ring);
}

/* RAM is held by a pipe, by a ring where the kernel allows it, and by shared pages not at all. */
static void test_ram(int control)
{
	uint64_t free_before = testdomain_free_pages(control);
	int ring = ring_new(), pipes[2], held;
	struct testdomain domain;
	uint8_t *ram, *page;
	char text[8];

	CHECK(pipe(pipes) == 0);
	new_domain(&domain);
	ram = testdomain_map(&domain, VIMO_GUEST_RAM_BASE, RAM_BYTES);
	page = testdomain_map(&domain, SHADOW, PAGE);
	memcpy(ram, "guest", 6);
	CHECK(touch(page) == 0);
	CHECK(hold_by_pipe(pipes[1], ram, sizeof(text)) == 0);
	held = hold_by_ring(ring, ram + PAGE, 16 * PAGE);
	CHECK(held == 0 || held == EOPNOTSUPP); /* Linux before 6.5 refuses any mapped file */

	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_DESTROY), EBUSY);
	CHECK(touch(page) == SIGBUS);
	CHECK(touch(ram) == 0 && ram[0] == 'g');
	CHECK(munmap(ram, RAM_BYTES) == 0);
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_DESTROY), EBUSY);
	usleep(100000); /* the module tries, too, and must fail */
	CHECK(read(pipes[0], text, sizeof(text)) == sizeof(text) && strcmp(text, "guest") == 0);
	if (!held) {
		CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_DESTROY), EBUSY);
		usleep(100000);
		CHECK(syscall(__NR_io_uring_register, ring, IORING_UNREGISTER_BUFFERS, NULL, 0) == 0);
	}
	close(ring);
	destroy_at_last(&domain, free_before);
	CHECK(munmap(page, PAGE) == 0);
	close(pipes[0]);
	close(pipes[1]);
}

/* A process that maps and reads shared pages for as long as it can. */
static void map_again_and_again(const struct testdomain *domain)
{
	for (unsigned int i = 0;; i++) {
		uint8_t *page =
			mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, domain->fd, (off_t)shared[i % SHARED]);

		if (page == MAP_FAILED)
			_exit(errno == ESTALE || errno == ENOENT ? 0 : 1);
		if (touch(page))
			_exit(0);
		munmap(page, PAGE);
	}
}

/* No mapping slips through while the domain goes. */
static void test_race(int control)
{
	struct vimo_ioc_info before, after;
	int status;

	CHECK(ioctl(control, VIMO_IOC_INFO, &before) == 0);
	for (int round = 0; round < ROUNDS; round++) {
		struct testdomain domain;
		pid_t child;

		new_domain(&domain);
		child = fork();
		CHECK(child >= 0);
		if (!child)
			map_again_and_again(&domain);
		usleep(1000 * (round % 8));
		CHECK(ioctl(domain.fd, VIMO_IOC_DESTROY) == 0);
		CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
		close(domain.fd);
		close(domain.control);
	}
	CHECK(ioctl(control, VIMO_IOC_INFO, &after) == 0);
	CHECK(after.free_pages == before.free_pages && after.domains == before.domains);
	CHECK(after.heap_free + 8 >= before.heap_free); /* tables that stay; see moduleapi.c */
}

int main(int argc, char **argv)
{
	int control = open("/dev/vimo", O_RDWR | O_CLOEXEC), direct = -1;

	CHECK(control >= 0);
	if (argc > 1) {
		direct = open(argv[1], O_RDONLY | O_DIRECT);
		CHECK(direct >= 0);
	}
	CHECK(signal(SIGBUS, on_fault) != SIG_ERR && signal(SIGSEGV, on_fault) != SIG_ERR);
	test_shared(direct);
	test_ram(control);
	test_race(control);
	printf("OK\n");
	return 0;
}
