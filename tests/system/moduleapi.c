// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * moduleapi.c - life and death of domains through /dev/vimo, and the errors for
 * wrong arguments. Prints OK and exits 0, or prints what went wrong.
 *
 * moduleapi [CYCLES]    create and destroy that often (default 20)
 */
#define _GNU_SOURCE
#include "testdomain.h"

#include <vimo/event.h>

#include <stdbool.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define RAM_BYTES (8u << 20)

static void test_info(int control)
{
	struct vimo_ioc_info info;

	CHECK(ioctl(control, VIMO_IOC_INFO, &info) == 0);
	CHECK(info.abi_version == VIMO_ABI_VERSION);
	CHECK(info.pool_pages && info.free_pages <= info.pool_pages);
	CHECK(info.cpus && info.max_vcpus && info.max_domains);
	CHECK_ERRNO(ioctl(control, VIMO_IOC_INFO, NULL), EFAULT);
	CHECK_ERRNO(ioctl(control, _IO('V', 0x7f)), ENOTTY);
}

static void test_log(int control)
{
	static char text[VIMO_LOG_BYTES];
	ssize_t bytes = read(control, text, sizeof(text));

	CHECK(bytes > 0);
	while (bytes > 0)
		bytes = read(control, text, sizeof(text));
	CHECK(bytes == 0);
}

static void test_bad_create(int control)
{
	struct vimo_ioc_create create = { .vcpus = 0 };
	struct vimo_ioc_open open_args = { .domain = 255 };

	CHECK_ERRNO(ioctl(control, VIMO_IOC_CREATE, &create), EINVAL);
	create.vcpus = VIMO_VCPU_MAX + 1;
	CHECK_ERRNO(ioctl(control, VIMO_IOC_CREATE, &create), EINVAL);
	CHECK_ERRNO(ioctl(control, VIMO_IOC_CREATE, NULL), EFAULT);
	CHECK_ERRNO(ioctl(control, VIMO_IOC_OPEN, &open_args), ENOENT);
	open_args.domain = 0; /* dom0 is not a domain of the module */
	CHECK_ERRNO(ioctl(control, VIMO_IOC_OPEN, &open_args), ENOENT);
	open_args.domain = UINT32_MAX;
	CHECK_ERRNO(ioctl(control, VIMO_IOC_OPEN, &open_args), ENOENT);
}

static void check_populate(int fd, uint64_t ipa, uint64_t bytes, int expected)
{
	struct vimo_ioc_range range = { .ipa = ipa, .bytes = bytes };

	CHECK_ERRNO(ioctl(fd, VIMO_IOC_POPULATE, &range), expected);
}

static void check_mmap(int fd, uint64_t offset, size_t bytes, int prot, int flags, int expected)
{
	errno = 0;
	CHECK(mmap(NULL, bytes, prot, flags, fd, offset) == MAP_FAILED && errno == expected);
}

static void test_bad_arguments(void)
{
	struct vimo_ioc_device device = { .ipa = VIMO_GUEST_VIRTIO_BASE, .queues = 1 };
	struct vimo_ioc_ioreq ioreq = { .done = VIMO_VCPU_MAX, .flags = VIMO_IOREQ_NOWAIT };
	struct vimo_ioc_call call = { .ipa = VIMO_GUEST_VIRTIO_BASE, .bits = 1, .fd = 0 };
	struct vimo_ioc_entry entry = { .vcpu = 1 };
	int rw = PROT_READ | PROT_WRITE, bad_fd = 9999;
	struct testdomain domain;
	uint32_t op = 99;

	testdomain_create(&domain, 1);
	check_populate(domain.fd, VIMO_GUEST_RAM_BASE, 0, EINVAL);
	check_populate(domain.fd, VIMO_GUEST_RAM_BASE + 1, 4096, EINVAL);
	check_populate(domain.fd, VIMO_GUEST_RAM_BASE, 4097, EINVAL);
	check_populate(domain.fd, ~0xfffull, 0x2000, EINVAL);
	check_populate(domain.fd, 0x1000, ~0xfffull, EINVAL);
	testdomain_populate(&domain, RAM_BYTES);
	check_populate(domain.fd, VIMO_GUEST_RAM_BASE, 4096, EEXIST);

	check_mmap(domain.fd, VIMO_GUEST_RAM_BASE, 4096, rw, MAP_PRIVATE, EINVAL);
	check_mmap(domain.fd, VIMO_GUEST_RAM_BASE, 4096, rw | PROT_EXEC, MAP_SHARED, EACCES);
	check_mmap(domain.fd, VIMO_GUEST_RAM_BASE, RAM_BYTES + 4096, rw, MAP_SHARED, ENXIO);
	check_mmap(domain.fd, VIMO_GUEST_RAM_BASE - 4096, 4096, rw, MAP_SHARED, ENXIO);
	check_mmap(domain.fd, VIMO_MMAP_IOREQ, 8192, rw, MAP_SHARED, EINVAL);
	check_mmap(domain.fd, ~0x1fffull, 4096, rw, MAP_SHARED, ENXIO);

	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_CONTROL, &op), EINVAL);
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_IOREQ, &ioreq), EINVAL);
	ioreq.done = 0; /* not taken */
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_IOREQ, &ioreq), EINVAL);
	ioreq.done = VIMO_IOREQ_NONE;
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_IOREQ, &ioreq), EAGAIN);
	device.reserved = 1;
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_DEVICE, &device), EINVAL);
	device.reserved = 0;
	device.queues = VIMO_DEVICE_QUEUES + 1;
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_DEVICE, &device), EINVAL);
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_CALL, &call), EINVAL); /* fd 0 is not an eventfd */
	call.fd = bad_fd;
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_CALL, &call), EBADF);
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_CONSOLE_FD, &bad_fd), EBADF);
	CHECK(ioctl(domain.fd, VIMO_IOC_ENTRY, &entry) == -1); /* the domain does not have vCPU 1 */
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_CREATE, &entry), ENOTTY);
	testdomain_destroy(&domain);
}

/* Memory is zero at first, keeps what is written, and the next owner does not see it. */
static void test_memory(void)
{
	struct testdomain domain;
	int round;

	for (round = 0; round < 2; round++) {
		uint64_t *ram;
		size_t i;

		testdomain_create(&domain, 2);
		testdomain_populate(&domain, RAM_BYTES);
		ram = testdomain_map(&domain, VIMO_GUEST_RAM_BASE, RAM_BYTES);
		for (i = 0; i < RAM_BYTES / 8; i += 64)
			CHECK(ram[i] == 0);
		for (i = 0; i < RAM_BYTES / 8; i += 64)
			ram[i] = i + 1;
		for (i = 0; i < RAM_BYTES / 8; i += 64)
			CHECK(ram[i] == i + 1);
		CHECK(munmap(ram, RAM_BYTES) == 0);
		testdomain_destroy(&domain);
	}
}

/* DESTROY while memory is mapped: EBUSY, and the module finishes it later. */
static void test_busy_destroy(int control)
{
	uint64_t before = testdomain_free_pages(control);
	struct vimo_ioc_domain_info info;
	struct vimo_ioc_open reopen;
	struct testdomain domain;
	uint32_t start = VIMO_OP_START;
	volatile uint8_t *ram;
	int tries = 0;

	testdomain_create(&domain, 1);
	testdomain_populate(&domain, RAM_BYTES);
	ram = testdomain_map(&domain, VIMO_GUEST_RAM_BASE, RAM_BYTES);
	ram[0] = 1;
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_DESTROY), EBUSY);
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_CONTROL, &start), ESTALE);
	check_mmap(domain.fd, VIMO_GUEST_RAM_BASE, 4096, PROT_READ, MAP_SHARED, ESTALE);
	CHECK(ioctl(domain.fd, VIMO_IOC_DOMAIN_INFO, &info) == 0 && info.state == VIMO_DOMAIN_DYING);
	ram[1] = 2; /* mappings stay valid */
	CHECK(ram[0] == 1 && ram[1] == 2);
	CHECK(munmap((void *)ram, RAM_BYTES) == 0);
	close(domain.fd);
	reopen.domain = domain.id;
	while (ioctl(control, VIMO_IOC_OPEN, &reopen) == 0 && tries++ < TRIES) {
		close(reopen.fd);
		usleep(10000);
	}
	CHECK(errno == ENOENT);
	CHECK(testdomain_free_pages(control) == before);
	close(domain.control);
}

/* A page in a pipe has a reference and no mapping, as a page under DMA has. */
static void test_pinned_destroy(int control)
{
	uint64_t before = testdomain_free_pages(control);
	struct testdomain domain;
	struct iovec part;
	char byte[64];
	int pipes[2], tries = 0;

	testdomain_create(&domain, 1);
	testdomain_populate(&domain, RAM_BYTES);
	part.iov_base = testdomain_map(&domain, VIMO_GUEST_RAM_BASE, RAM_BYTES);
	part.iov_len = sizeof(byte);
	memcpy(part.iov_base, "guest", 6);
	CHECK(pipe(pipes) == 0);
	CHECK(vmsplice(pipes[1], &part, 1, 0) == (ssize_t)sizeof(byte));
	CHECK(munmap(part.iov_base, RAM_BYTES) == 0);
	CHECK_ERRNO(ioctl(domain.fd, VIMO_IOC_DESTROY), EBUSY);
	usleep(100000); /* the module tries, too, and must fail */
	CHECK(read(pipes[0], byte, sizeof(byte)) == (ssize_t)sizeof(byte));
	CHECK(strcmp(byte, "guest") == 0);
	while (ioctl(domain.fd, VIMO_IOC_DESTROY) == -1 && errno == EBUSY && tries++ < TRIES)
		usleep(10000);
	CHECK(testdomain_free_pages(control) == before);
	close(pipes[0]);
	close(pipes[1]);
	close(domain.fd);
	close(domain.control);
}

/* A creator that exits leaves the domain; another process finds and destroys it. */
static void test_orphan(int control)
{
	struct vimo_ioc_next next = { .domain = 0 };
	struct vimo_ioc_open reopen;
	pid_t child = fork();
	int status;

	CHECK(child >= 0);
	if (!child) {
		struct testdomain domain;

		testdomain_create(&domain, 1);
		testdomain_populate(&domain, RAM_BYTES);
		*(volatile char *)testdomain_map(&domain, VIMO_GUEST_RAM_BASE, 4096) = 1;
		_exit(domain.id);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	reopen.domain = WEXITSTATUS(status);
	do {
		CHECK(ioctl(control, VIMO_IOC_NEXT, &next) == 0);
	} while (next.domain != reopen.domain);
	CHECK(ioctl(control, VIMO_IOC_OPEN, &reopen) == 0);
	CHECK(fcntl(reopen.fd, F_GETFD) == FD_CLOEXEC);
	CHECK(ioctl(reopen.fd, VIMO_IOC_DESTROY) == 0);
	CHECK_ERRNO(ioctl(reopen.fd, VIMO_IOC_DESTROY), ENOENT);
	close(reopen.fd);
	CHECK_ERRNO(ioctl(control, VIMO_IOC_OPEN, &reopen), ENOENT);
}

static int add_device(const struct testdomain *domain, unsigned int slot, unsigned int queues)
{
	struct vimo_ioc_device device = { .ipa = VIMO_GUEST_VIRTIO_BASE + slot * VIMO_GUEST_VIRTIO_STRIDE,
					  .doorbell = 0x50,
					  .clear = 0x64,
					  .status = 0x60,
					  .queues = queues,
					  .intid = VIMO_GUEST_VIRTIO_INTID + slot };

	return ioctl(domain->fd, VIMO_IOC_DEVICE, &device) ? errno : 0;
}

static bool has_queue(const struct testdomain *domain, unsigned int slot, unsigned int queue)
{
	struct vimo_ioc_kick kick = { .ipa = VIMO_GUEST_VIRTIO_BASE + slot * VIMO_GUEST_VIRTIO_STRIDE,
				      .queue = queue,
				      .fd = -1 };

	return ioctl(domain->fd, VIMO_IOC_KICK, &kick) == 0;
}

/* Event numbers are given back, and when they are used up a device stays as it was. */
static void test_queues_change(void)
{
	struct testdomain full, changing;
	struct vimo_ioc_domain_info info;
	unsigned int i, refused = 0;

	testdomain_create(&changing, 1);
	CHECK(add_device(&changing, 0, 1) == 0);
	for (i = 0; i < 2 * VIMO_EVENT_COUNT / VIMO_DEVICE_QUEUES; i++) {
		CHECK(add_device(&changing, 0, VIMO_DEVICE_QUEUES) == EEXIST);
		CHECK(has_queue(&changing, 0, VIMO_DEVICE_QUEUES - 1));
		CHECK(add_device(&changing, 0, 1) == EEXIST);
		CHECK(!has_queue(&changing, 0, 1));
	}

	testdomain_create(&full, 1);
	for (i = 0; i < VIMO_DEVICE_MAX; i++)
		CHECK(add_device(&full, i, VIMO_DEVICE_QUEUES) == 0);
	for (i = 1; i < VIMO_DEVICE_MAX; i++)
		CHECK(add_device(&changing, i, 1) == 0);
	for (i = 0; i < VIMO_DEVICE_MAX; i++) {
		int err = add_device(&changing, i, VIMO_DEVICE_QUEUES);

		CHECK(err == EEXIST || err == ENOSPC);
		CHECK(has_queue(&changing, i, 0) && has_queue(&changing, i, 1) == (err == EEXIST));
		refused += err == ENOSPC;
	}
	CHECK(refused); /* there are fewer events than queues of 64 such devices */
	CHECK(ioctl(changing.fd, VIMO_IOC_DOMAIN_INFO, &info) == 0 && info.devices == VIMO_DEVICE_MAX);
	testdomain_destroy(&full);
	CHECK(add_device(&changing, VIMO_DEVICE_MAX - 1, VIMO_DEVICE_QUEUES) == EEXIST);
	testdomain_destroy(&changing);
}

static void test_too_much_memory(int control)
{
	uint64_t before = testdomain_free_pages(control);
	struct testdomain domain;

	testdomain_create(&domain, 1);
	check_populate(domain.fd, VIMO_GUEST_RAM_BASE, (before + 1) * VIMO_PAGE_SIZE, ENOMEM);
	testdomain_destroy(&domain);
	CHECK(testdomain_free_pages(control) == before);
}

static void run_cycles(unsigned int cycles)
{
	while (cycles--) {
		struct testdomain domain;
		volatile char *ram;

		testdomain_create(&domain, 1 + cycles % 4);
		testdomain_populate(&domain, (1 + cycles % 3) * 0x201000ull);
		ram = testdomain_map(&domain, VIMO_GUEST_RAM_BASE, 4096);
		ram[4095] = 1;
		CHECK(munmap((void *)ram, 4096) == 0);
		testdomain_destroy(&domain);
	}
}

/*
 * No page is left behind. EL2 keeps a table for each part of the pool that was ever granted to dom0 in pieces: a few in
 * the first round, fewer in the second. A page lost with each domain would show.
 */
static void test_cycles(int control, unsigned int cycles)
{
	struct vimo_ioc_info info, after;

	run_cycles(cycles);
	CHECK(ioctl(control, VIMO_IOC_INFO, &info) == 0);
	run_cycles(cycles);
	CHECK(ioctl(control, VIMO_IOC_INFO, &after) == 0);
	CHECK(after.free_pages == info.free_pages);
	CHECK(after.domains == info.domains);
	CHECK(after.heap_free + 8 + cycles / 4 >= info.heap_free);
}

int main(int argc, char **argv)
{
	int control = open("/dev/vimo", O_RDWR | O_CLOEXEC);

	CHECK(control >= 0);
	test_info(control);
	test_log(control);
	test_bad_create(control);
	test_bad_arguments();
	test_memory();
	test_busy_destroy(control);
	test_pinned_destroy(control);
	test_orphan(control);
	test_queues_change();
	test_too_much_memory(control);
	test_cycles(control, argc > 1 ? strtoul(argv[1], NULL, 0) : 20);
	printf("OK\n");
	return 0;
}
