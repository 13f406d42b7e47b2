// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bootguest.c - start a Linux guest on the bare module and show its UART.
 *
 *   bootguest [-v VCPUS] [-m MIB] [-s SECONDS] [-u TEXT] IMAGE INITRD DTB
 *
 * The DTB names the initrd's place (RAM + 128 MiB) itself. Prints what the guest
 * writes; with -u stops as soon as TEXT was seen. Exit: 0 the guest powered
 * off or TEXT was seen, 3 it asked for a reset, 4 it crashed, 5 time is up.
 */
#include "testdomain.h"
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>

#define DTB_OFFSET (120ull << 20)
#define INITRD_OFFSET (128ull << 20)
#define KEPT 65536u

struct options {
	uint32_t vcpus;
	uint64_t bytes;
	int seconds;
	const char *until;
};

static char kept[KEPT + 1];
static size_t kept_bytes;

/* Where in RAM an arm64 Image asks to be (its header's text_offset). */
static uint64_t text_offset(const char *path)
{
	uint64_t header[8];
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0 && read(fd, header, sizeof(header)) == sizeof(header));
	close(fd);
	CHECK(header[1] < DTB_OFFSET && header[1] % VIMO_PAGE_SIZE == 0);
	return header[1];
}

static size_t load(struct testdomain *domain, const char *path, uint64_t offset, uint64_t limit)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	size_t done = 0, span;
	char *at;

	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	CHECK((uint64_t)st.st_size <= limit);
	span = ((size_t)st.st_size + 4095) & ~4095ul;
	at = testdomain_map(domain, VIMO_GUEST_RAM_BASE + offset, span);
	while (done < (size_t)st.st_size) {
		ssize_t n = read(fd, at + done, (size_t)st.st_size - done);

		CHECK(n > 0);
		done += (size_t)n;
	}
	/* The guest starts with its caches off (Arm ARM D7.5.9). */
	for (size_t i = 0; i < span; i += 16)
		__asm__ volatile("dc cvac, %0" : : "r"(at + i) : "memory");
	__asm__ volatile("dsb sy" ::: "memory");
	munmap(at, span);
	close(fd);
	return done;
}

static void keep(char c)
{
	if (kept_bytes == KEPT) {
		memmove(kept, kept + KEPT / 2, KEPT / 2);
		kept_bytes = KEPT / 2;
	}
	kept[kept_bytes++] = c;
	kept[kept_bytes] = '\0';
}

static void drain(struct vimo_console_page *page)
{
	uint32_t head = __atomic_load_n(&page->out_head, __ATOMIC_ACQUIRE), tail = page->out_tail;

	CHECK(head < VIMO_CONSOLE_OUT);
	while (tail != head) {
		putchar(page->out[tail]);
		keep((char)page->out[tail]);
		tail = tail + 1 == VIMO_CONSOLE_OUT ? 0 : tail + 1;
	}
	__atomic_store_n(&page->out_tail, tail, __ATOMIC_RELEASE);
	fflush(stdout);
}

static int follow(struct testdomain *domain, struct vimo_console_page *page, int event, const struct options *options)
{
	struct pollfd fds[2] = { { event, POLLIN, 0 }, { domain->fd, POLLPRI, 0 } };
	struct vimo_ioc_domain_info info;
	time_t end = time(NULL) + options->seconds;
	uint64_t count;

	while (time(NULL) < end) {
		poll(fds, 2, 500);
		if (fds[0].revents)
			CHECK(read(event, &count, sizeof(count)) == sizeof(count));
		drain(page);
		if (options->until && strstr(kept, options->until))
			return 0;
		CHECK(ioctl(domain->fd, VIMO_IOC_DOMAIN_INFO, &info) == 0);
		if (info.state != VIMO_DOMAIN_SHUTDOWN)
			continue;
		drain(page);
		printf("\nbootguest: stopped, reason %u detail %#llx, %llu exits, %llu injected\n", info.reason,
		       (unsigned long long)info.detail, (unsigned long long)info.exits,
		       (unsigned long long)info.injected);
		return info.reason == VIMO_STOP_POWEROFF ? 0 : info.reason == VIMO_STOP_REBOOT ? 3 : 4;
	}
	printf("\nbootguest: time is up\n");
	return 5;
}

static int run(const struct options *options, char **files)
{
	uint64_t offset = text_offset(files[0]);
	struct vimo_ioc_entry entry = { .pc = VIMO_GUEST_RAM_BASE + offset, .x0 = VIMO_GUEST_RAM_BASE + DTB_OFFSET };
	uint32_t op = VIMO_OP_START;
	int event = eventfd(0, EFD_CLOEXEC), result;
	struct vimo_console_page *page;
	struct testdomain domain;

	testdomain_create(&domain, options->vcpus);
	testdomain_populate(&domain, options->bytes);
	load(&domain, files[0], offset, DTB_OFFSET - offset);
	load(&domain, files[1], INITRD_OFFSET, options->bytes - INITRD_OFFSET);
	load(&domain, files[2], DTB_OFFSET, INITRD_OFFSET - DTB_OFFSET);
	page = testdomain_map(&domain, VIMO_MMAP_CONSOLE, 4096);
	CHECK(ioctl(domain.fd, VIMO_IOC_CONSOLE_FD, &event) == 0);
	CHECK(ioctl(domain.fd, VIMO_IOC_ENTRY, &entry) == 0);
	CHECK(ioctl(domain.fd, VIMO_IOC_CONTROL, &op) == 0);
	result = follow(&domain, page, event, options);
	munmap(page, 4096);
	testdomain_destroy(&domain);
	return result;
}

int main(int argc, char **argv)
{
	struct options options = { .vcpus = 1, .bytes = 256ull << 20, .seconds = 60 };
	int option;

	while ((option = getopt(argc, argv, "v:m:s:u:")) != -1) {
		if (option == 'v')
			options.vcpus = (uint32_t)atoi(optarg);
		else if (option == 'm')
			options.bytes = strtoull(optarg, NULL, 0) << 20;
		else if (option == 's')
			options.seconds = atoi(optarg);
		else if (option == 'u')
			options.until = optarg;
		else
			return 2;
	}
	if (argc - optind != 3 || options.bytes <= INITRD_OFFSET) {
		fprintf(stderr, "usage: bootguest [-v VCPUS] [-m MIB] [-s SECONDS] [-u TEXT] IMAGE INITRD DTB\n");
		return 2;
	}
	return run(&options, argv + optind);
}
