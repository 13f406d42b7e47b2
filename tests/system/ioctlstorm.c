// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ioctlstorm.c - any calls of /dev/vimo by several threads at once: each ioctl
 * with any arguments, on any descriptor, beside mmap, munmap, close and fork.
 *
 *   ioctlstorm [STEPS [SEED]]    each thread's steps; default 1000, 1
 *
 * The storm runs twice: as root with the control descriptor, then as another
 * user who got a domain's descriptor and nothing else. Afterwards dom0's kernel
 * has logged no error, and EL2 has all its memory again. Prints OK and exits 0,
 * or prints what went wrong.
 */
#define _GNU_SOURCE
#include "testdomain.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#define THREADS 4u
#define DESCRIPTORS 24u
#define AREAS 8u
#define PAGE 4096u
#define NOBODY 65534

/* Descriptors of any kind; a thread may close what another uses. */
static _Atomic int descriptors[DESCRIPTORS];
static _Atomic unsigned int threads_running;
static bool stranger[256]; /* domains that were there before */
static int control;
static unsigned int steps;
static uint8_t *nowhere;               /* a page that cannot be read */
static uint8_t *read_only, *writeable; /* another, twice */

struct storm {
	uint64_t random;
	unsigned int steps;
	pthread_t thread;
	struct {
		uint8_t *at;
		size_t bytes;
	} area[AREAS];
};

static _Thread_local sigjmp_buf escape;
static _Thread_local volatile sig_atomic_t touching;

static void on_fault(int signal)
{
	if (touching)
		siglongjmp(escape, signal);
	_exit(128 + signal);
}

static void on_tick(int signal)
{
	(void)signal; /* ends a system call that waits */
}

static uint64_t rnd(struct storm *storm)
{
	storm->random ^= storm->random << 13;
	storm->random ^= storm->random >> 7;
	storm->random ^= storm->random << 17;
	return storm->random * 0x2545f4914f6cdd1dull >> 11;
}

static uint64_t below(struct storm *storm, uint64_t limit)
{
	return rnd(storm) % limit;
}

static uint64_t number(struct storm *storm)
{
	static const uint64_t edges[] = {
		0,
		1,
		2,
		3,
		0xff,
		0xfff,
		0x1000,
		0x10000,
		INT32_MAX,
		UINT32_MAX,
		1ull << 32,
		1ull << 44,
		INT64_MAX,
		~0ull,
		~0xfffull,
		VIMO_VCPU_MAX,
		VIMO_DEVICE_QUEUES,
		VIMO_GUEST_VIRTIO_INTID,
		VIMO_GUEST_RAM_BASE,
		VIMO_GUEST_VIRTIO_BASE,
		VIMO_MMAP_IOREQ,
		VIMO_MMAP_CONSOLE,
		VIMO_GUEST_RAM_BASE + VIMO_GUEST_RAM_MAX,
	};
	uint64_t value = edges[below(storm, sizeof(edges) / sizeof(edges[0]))];

	switch (below(storm, 8)) {
	case 0: return value - 1;
	case 1: return value + below(storm, 64);
	case 2: return rnd(storm) << below(storm, 20);
	case 3: return below(storm, 64);
	default: return value;
	}
}

static uint64_t address(struct storm *storm)
{
	switch (below(storm, 8)) {
	case 0: return number(storm);
	case 1: return VIMO_MMAP_IOREQ;
	case 2: return VIMO_MMAP_CONSOLE;
	case 3:
	case 4: return VIMO_GUEST_VIRTIO_BASE + below(storm, 4) * VIMO_GUEST_VIRTIO_STRIDE;
	default: return VIMO_GUEST_RAM_BASE + below(storm, 64) * PAGE;
	}
}

static int some_fd(struct storm *storm)
{
	return below(storm, 16) ? descriptors[below(storm, DESCRIPTORS)] : 9999;
}

/* Takes the place of another, which is closed. */
static void keep(struct storm *storm, int fd)
{
	int old = atomic_exchange(&descriptors[below(storm, DESCRIPTORS)], fd);

	if (old >= 0)
		close(old);
}

union arguments {
	struct vimo_ioc_info info;
	struct vimo_ioc_create create;
	struct vimo_ioc_open open;
	struct vimo_ioc_range range;
	struct vimo_ioc_entry entry;
	struct vimo_ioc_device device;
	struct vimo_ioc_kick kick;
	struct vimo_ioc_call call;
	struct vimo_ioc_irq irq;
	struct vimo_ioc_disk disk;
	struct vimo_ioc_ioreq ioreq;
	int32_t fd;
	uint32_t op;
	uint64_t words[32];
};

/* A structure that the call could accept; any field may be wrong yet. */
static void likely(struct storm *storm, unsigned long command, union arguments *args)
{
	memset(args, 0, sizeof(*args));
	switch (command) {
	case VIMO_IOC_CREATE: args->create.vcpus = 1 + below(storm, 4); break;
	case VIMO_IOC_CONTROL: args->op = below(storm, 5); break;
	case VIMO_IOC_POPULATE:
		args->range = (struct vimo_ioc_range){ address(storm), (1 + below(storm, 600)) * PAGE };
		break;
	case VIMO_IOC_ENTRY: args->entry = (struct vimo_ioc_entry){ .pc = address(storm) }; break;
	case VIMO_IOC_DEVICE:
		args->device = (struct vimo_ioc_device){
			.ipa = address(storm),
			.doorbell = 0x50,
			.clear = 0x64,
			.status = 0x60,
			.queues = 1 + below(storm, 8),
			.intid = VIMO_GUEST_VIRTIO_INTID + below(storm, 4),
		};
		break;
	case VIMO_IOC_KICK:
		args->kick = (struct vimo_ioc_kick){ address(storm), below(storm, 8), some_fd(storm) };
		break;
	case VIMO_IOC_CALL:
		args->call = (struct vimo_ioc_call){ address(storm), below(storm, 4), some_fd(storm) };
		break;
	case VIMO_IOC_IRQ: args->irq = (struct vimo_ioc_irq){ 32 + below(storm, 64), below(storm, 3) }; break;
	case VIMO_IOC_IOREQ:
		args->ioreq = (struct vimo_ioc_ioreq){ .done = VIMO_IOREQ_NONE, .flags = below(storm, 2) };
		break;
	case VIMO_IOC_CONSOLE_FD: args->fd = some_fd(storm); break;
	case VIMO_IOC_DISK_FD:
		args->disk = (struct vimo_ioc_disk){ .base = below(storm, 2) * number(storm), .image = some_fd(storm) };
		break;
	}
}

/* Of other sizes, a POPULATE would take all memory, and its end too long; of other ids, OPEN a stranger's domain. */
static void bound(unsigned long command, union arguments *args)
{
	if (command == VIMO_IOC_POPULATE && !((args->range.ipa | args->range.bytes) & (PAGE - 1)) &&
	    args->range.bytes < VIMO_MMAP_IOREQ)
		args->range.bytes &= (4u << 20) - 1;
	if (command == VIMO_IOC_OPEN && args->open.domain < 256 && stranger[args->open.domain])
		args->open.domain = 0;
}

/* Where the call reads and writes: mostly there, else nowhere, or where it can only read. */
static void *place(struct storm *storm, union arguments *args)
{
	switch (below(storm, 32)) {
	case 0: return NULL;
	case 1: return nowhere;
	case 2: memcpy(writeable, args, sizeof(*args)); return read_only;
	case 3: return nowhere - 4;
	case 4: return (void *)(uintptr_t)(1ull << 63 | rnd(storm));
	default: return args;
	}
}

static const unsigned long commands[] = {
	VIMO_IOC_INFO,         VIMO_IOC_CREATE,    VIMO_IOC_OPEN,     VIMO_IOC_NEXT,  VIMO_IOC_DOMAIN_INFO,
	VIMO_IOC_CONTROL,      VIMO_IOC_DESTROY,   VIMO_IOC_POPULATE, VIMO_IOC_ENTRY, VIMO_IOC_DEVICE,
	VIMO_IOC_KICK,         VIMO_IOC_CALL,      VIMO_IOC_IRQ,      VIMO_IOC_IOREQ, VIMO_IOC_CONSOLE_FD,
	VIMO_IOC_CONSOLE_KICK, VIMO_IOC_MEMORY_FD, VIMO_IOC_DISK_FD,
};

static void keep_result(struct storm *storm, unsigned long command, const union arguments *args)
{
	if (command == VIMO_IOC_CREATE)
		keep(storm, args->create.fd);
	else if (command == VIMO_IOC_OPEN)
		keep(storm, args->open.fd);
	else if (command == VIMO_IOC_MEMORY_FD)
		keep(storm, args->fd);
	else if (command == VIMO_IOC_DISK_FD)
		keep(storm, args->disk.fd);
}

static void call(struct storm *storm)
{
	unsigned long command = commands[below(storm, sizeof(commands) / sizeof(commands[0]))];
	bool global = command == VIMO_IOC_INFO || command == VIMO_IOC_CREATE || command == VIMO_IOC_OPEN ||
		      command == VIMO_IOC_NEXT;
	int fd = global || !below(storm, 16) ? control : some_fd(storm);
	uint32_t kill = VIMO_OP_KILL;
	union arguments args;
	void *at;

	if ((command == VIMO_IOC_DESTROY || command == VIMO_IOC_CREATE) && below(storm, 4))
		return;
	likely(storm, command, &args);
	if (!below(storm, 3))
		args.words[below(storm, 4)] = number(storm);
	if (!below(storm, 32))
		command = (command & ~0xfful) | below(storm, 256); /* with another's size */
	if (!below(storm, 64))
		command = rnd(storm);
	bound(command, &args);
	at = place(storm, &args);
	if (ioctl(fd, command, at) || at != &args)
		return;
	keep_result(storm, command, &args);
	/* A guest without code takes all the time that it gets. */
	if (command == VIMO_IOC_CONTROL && args.op == VIMO_OP_START && below(storm, 4))
		ioctl(fd, VIMO_IOC_CONTROL, &kill);
}

static int touch(uint8_t *at)
{
	int signal = sigsetjmp(escape, 1);

	touching = 1;
	if (!signal)
		*(volatile uint8_t *)at = *(volatile uint8_t *)at;
	touching = 0;
	return signal;
}

static void map(struct storm *storm)
{
	static const int prots[] = { PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE, PROT_EXEC };
	unsigned int slot = below(storm, AREAS);
	size_t bytes = below(storm, 2) ? PAGE : (1 + below(storm, 64)) * PAGE;
	int flags = (below(storm, 16) ? MAP_SHARED : MAP_PRIVATE) | (below(storm, 8) ? 0 : MAP_POPULATE);
	void *at = mmap(NULL, bytes, prots[below(storm, 5)], flags, some_fd(storm),
			(off_t)(below(storm, 4) ? address(storm) & ~(PAGE - 1ull) : below(storm, 64) * PAGE));

	if (at == MAP_FAILED)
		return;
	if (storm->area[slot].at)
		munmap(storm->area[slot].at, storm->area[slot].bytes);
	storm->area[slot].at = at;
	storm->area[slot].bytes = bytes;
}

static void use_area(struct storm *storm)
{
	unsigned int slot = below(storm, AREAS);
	uint8_t *at = storm->area[slot].at;
	size_t bytes = storm->area[slot].bytes;
	void *moved;

	if (!at)
		return;
	switch (below(storm, 8)) {
	case 0:
		munmap(at + (bytes - PAGE) / 2 / PAGE * PAGE, PAGE); /* may leave two */
		break;
	case 1: mprotect(at, PAGE, PROT_READ | (below(storm, 2) ? PROT_WRITE : 0)); break;
	case 2: madvise(at, bytes, (int)below(storm, 26)); break;
	case 3:
		munmap(at, bytes);
		storm->area[slot].at = NULL;
		break;
	case 4:
		moved = mremap(at, bytes, bytes, MREMAP_MAYMOVE);
		if (moved != MAP_FAILED)
			storm->area[slot].at = moved;
		break;
	default: touch(at + below(storm, bytes)); break;
	}
}

static void other_call(struct storm *storm)
{
	struct pollfd poller = { .fd = some_fd(storm), .events = POLLIN | POLLPRI };
	uint64_t word = 1;
	static _Thread_local uint8_t text[256];

	switch (below(storm, 8)) {
	case 0: keep(storm, eventfd(0, EFD_NONBLOCK)); break;
	case 1: keep(storm, -1); break;
	case 2: poll(&poller, 1, 0); break;
	case 3: (void)!write(some_fd(storm), &word, sizeof(word)); break;
	case 4:
		/* A disk descriptor whose base is 0 takes the address for one of the guest's RAM. */
		(void)!pread(some_fd(storm), below(storm, 2) ? text : (uint8_t *)(uintptr_t)(below(storm, 64) * PAGE),
			     sizeof(text), (off_t)below(storm, 2) * (off_t)number(storm));
		break;
	case 5: lseek(some_fd(storm), (off_t)number(storm), (int)below(storm, 3)); break;
	case 6: keep(storm, dup(descriptors[below(storm, DESCRIPTORS)])); break;
	case 7: keep(storm, open("/bin/busybox", O_RDONLY)); break;
	}
}

static void step(struct storm *storm)
{
	uint64_t choice = below(storm, 16);

	if (choice < 8)
		call(storm);
	else if (choice < 10)
		map(storm);
	else if (choice < 14)
		use_area(storm);
	else
		other_call(storm);
}

/* The child has the descriptors, and none of the mappings. */
static void branch(struct storm *storm)
{
	pid_t child = fork();
	int status;

	if (!child) {
		alarm(2); /* its call may wait, and no thread ticks it */
		for (unsigned int i = 0; i < 20; i++)
			step(storm);
		_exit(0);
	}
	while (child > 0 && waitpid(child, &status, 0) == -1 && errno == EINTR)
		;
}

static void *run(void *arg)
{
	struct storm *storm = arg;

	for (unsigned int i = 0; i < storm->steps; i++) {
		if (below(storm, 200))
			step(storm);
		else
			branch(storm);
	}
	for (unsigned int i = 0; i < AREAS; i++)
		if (storm->area[i].at)
			munmap(storm->area[i].at, storm->area[i].bytes);
	threads_running--;
	return NULL;
}

static void rage(uint64_t seed)
{
	static struct storm storms[THREADS];

	threads_running = THREADS;
	for (unsigned int i = 0; i < THREADS; i++) {
		storms[i] = (struct storm){ .random = seed * 1000003 + i + 1, .steps = steps };
		CHECK(pthread_create(&storms[i].thread, NULL, run, &storms[i]) == 0);
	}
	while (threads_running) {
		usleep(20000);
		for (unsigned int i = 0; i < THREADS; i++)
			pthread_kill(storms[i].thread, SIGUSR1);
	}
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(storms[i].thread, NULL);
	for (unsigned int i = 0; i < DESCRIPTORS; i++) {
		int fd = atomic_exchange(&descriptors[i], -1);

		if (fd >= 0)
			close(fd);
	}
}

/* Another user cannot open /dev/vimo or a descriptor's path; the descriptor of a domain reaches that domain alone. */
static void rage_as_nobody(uint64_t seed)
{
	struct vimo_ioc_create create = { .vcpus = 2 };
	char path[64];
	int status;
	pid_t child;

	CHECK(ioctl(control, VIMO_IOC_CREATE, &create) == 0);
	child = fork();
	CHECK(child >= 0);
	if (!child) {
		CHECK(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
		CHECK_ERRNO(open("/dev/vimo", O_RDWR), EACCES);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", control);
		CHECK(open(path, O_RDWR) == -1);
		close(control);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", create.fd);
		CHECK(open(path, O_RDWR) == -1);
		CHECK_ERRNO(ioctl(create.fd, VIMO_IOC_CREATE, &create), ENOTTY);
		CHECK_ERRNO(ioctl(create.fd, VIMO_IOC_OPEN, &create), ENOTTY);
		CHECK_ERRNO(ioctl(create.fd, VIMO_IOC_NEXT, &create), ENOTTY);
		control = dup(create.fd);
		descriptors[0] = create.fd;
		rage(seed);
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(create.fd);
}

/* Also those whose descriptors are lost. */
static void destroy_all(void)
{
	struct vimo_ioc_next next = { .domain = 0 };

	while (ioctl(control, VIMO_IOC_NEXT, &next) == 0) {
		struct vimo_ioc_open args = { .domain = next.domain };
		int tries = 0;

		if (stranger[next.domain] || ioctl(control, VIMO_IOC_OPEN, &args))
			continue;
		while (ioctl(args.fd, VIMO_IOC_DESTROY) == -1 && errno != ENOENT && tries++ < TRIES)
			usleep(10000);
		CHECK_ERRNO(ioctl(args.fd, VIMO_IOC_DESTROY), ENOENT);
		close(args.fd);
	}
}

static void find_strangers(void)
{
	struct vimo_ioc_next next = { .domain = 0 };

	while (ioctl(control, VIMO_IOC_NEXT, &next) == 0)
		stranger[next.domain & 255] = true;
}

/* What the kernel says when the module is wrong. */
static void check_log(int log)
{
	static const char *const words[] = { "BUG",   "WARNING:",       "Oops",   "Call trace", "refcount_t",
					     "UBSAN", "Internal error", "lockup", "Bad page",   "use-after-free" };
	char line[1024];
	ssize_t bytes;

	while ((bytes = read(log, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		if (bytes <= 0)
			continue;
		line[bytes] = '\0';
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strstr(line, words[i])) {
				printf("dom0's kernel: %s", line);
				exit(1);
			}
	}
}

static void prepare(void)
{
	struct sigaction fault = { .sa_handler = on_fault }, tick = { .sa_handler = on_tick };
	int memory = memfd_create("arguments", MFD_CLOEXEC);

	sigemptyset(&fault.sa_mask);
	sigemptyset(&tick.sa_mask);
	CHECK(sigaction(SIGBUS, &fault, NULL) == 0 && sigaction(SIGSEGV, &fault, NULL) == 0);
	CHECK(sigaction(SIGUSR1, &tick, NULL) == 0);
	signal(SIGPIPE, SIG_IGN);
	for (unsigned int i = 0; i < DESCRIPTORS; i++)
		descriptors[i] = -1;
	nowhere = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(nowhere != MAP_FAILED && mprotect(nowhere + PAGE, PAGE, PROT_NONE) == 0);
	nowhere += PAGE;
	CHECK(memory >= 0 && ftruncate(memory, PAGE) == 0);
	writeable = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	read_only = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, memory, 0);
	CHECK(writeable != MAP_FAILED && read_only != MAP_FAILED);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	struct vimo_ioc_info before, after;

	steps = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 0) : 1000;
	control = open("/dev/vimo", O_RDWR | O_CLOEXEC);
	CHECK(control >= 0 && log >= 0 && lseek(log, 0, SEEK_END) == 0);
	printf("seed %llu, %u steps of %u threads\n", (unsigned long long)seed, steps, THREADS);
	prepare();
	find_strangers();
	CHECK(ioctl(control, VIMO_IOC_INFO, &before) == 0);
	rage(seed);
	destroy_all();
	rage_as_nobody(seed + 1);
	destroy_all();
	CHECK(ioctl(control, VIMO_IOC_INFO, &after) == 0);
	CHECK(after.domains == before.domains && after.free_pages == before.free_pages);
	/* Tables for parts of the pool that were granted in pieces stay; see moduleapi.c. */
	CHECK(after.heap_free + after.pool_pages / 512 + 16 >= before.heap_free);
	check_log(log);
	printf("OK\n");
	return 0;
}
