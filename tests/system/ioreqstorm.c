// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ioreqstorm.c - four vCPUs make I/O requests as fast as they can while the
 * processes that answer them are killed all the time. None may be lost, none
 * answered wrongly. arm64 only.
 *
 *   ioreqstorm [READS]    each vCPU's, default 5000
 *
 * Prints OK and exits 0, or prints what went wrong.
 */
#define _GNU_SOURCE
#include "testdomain.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define VCPUS 4u
#define SERVERS 3u
#define REGISTERS VIMO_GUEST_RTC_BASE
#define TIMEOUT_SECONDS (PATIENCE_MS / 1000)

enum report { REPORT_NONE, REPORT_RIGHT, REPORT_WRONG };

/*
 * The guest, x0 = reads. vCPU 0 starts the others (PSCI CPU_ON). Each reads the
 * word at REGISTERS + 4 * vCPU, x0 times, expects address * 3 + 1, then writes
 * its report there and sleeps.
 */
extern const uint8_t storm_code[], storm_code_end[];
asm(".pushsection .rodata\n"
    "	.globl	storm_code, storm_code_end\n"
    "	.balign	8\n"
    "storm_code:\n"
    "	mov	x19, x0\n"
    "	mov	x20, #1\n"
    "1:	mov	w0, #0x3\n"
    "	movk	w0, #0xc400, lsl #16\n"
    "	mov	x1, x20\n"
    "	adr	x2, 2f\n"
    "	add	x3, x20, x19, lsl #8\n"
    "	hvc	#0\n"
    "	add	x20, x20, #1\n"
    "	cmp	x20, #4\n"
    "	b.lt	1b\n"
    "	lsl	x0, x19, #8\n"
    "2:	and	x21, x0, #0xff\n" /* context: reads << 8 | vCPU */
    "	lsr	x7, x0, #8\n"
    "	mov	x6, #0x09010000\n"
    "	add	x6, x6, x21, lsl #2\n"
    "	add	w8, w6, w6, lsl #1\n"
    "	add	w8, w8, #1\n"
    "	mov	w9, #1\n"
    "3:	ldr	w5, [x6]\n"
    "	cmp	w5, w8\n"
    "	b.eq	4f\n"
    "	mov	w9, #2\n"
    "4:	subs	x7, x7, #1\n"
    "	b.ne	3b\n"
    "	str	w9, [x6]\n"
    "5:	wfi\n"
    "	b	5b\n"
    "storm_code_end:\n"
    ".popsection\n");

struct shared {
	uint32_t report[VCPUS];
	uint64_t served;
};

static void load(struct testdomain *domain, uint64_t reads)
{
	testdomain_load(domain, storm_code, storm_code_end - storm_code, reads);
}

static void serve(struct testdomain *domain, struct shared *shared)
{
	struct vimo_ioreq_page *page = testdomain_map(domain, VIMO_MMAP_IOREQ, 4096);
	struct vimo_ioc_ioreq args = { .done = VIMO_IOREQ_NONE };

	while (ioctl(domain->fd, VIMO_IOC_IOREQ, &args) == 0) {
		struct vimo_ioreq *slot = &page->slot[args.vcpu];
		struct vimo_ioreq request = *slot;

		CHECK(args.vcpu < VCPUS && request.ipa == REGISTERS + 4 * args.vcpu);
		if (request.is_write)
			shared->report[args.vcpu] = request.data;
		else
			slot->data = (uint32_t)(request.ipa * 3 + 1);
		__atomic_add_fetch(&shared->served, 1, __ATOMIC_RELAXED);
		__atomic_store_n(&slot->state, VIMO_IOREQ_DONE, __ATOMIC_RELEASE);
		args.done = args.vcpu;
	}
	CHECK(errno == ESTALE);
	_exit(0);
}

static pid_t start_server(struct testdomain *domain, struct shared *shared)
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (!child)
		serve(domain, shared);
	return child;
}

/* Returns when all vCPUs have reported: the number of servers killed. */
static unsigned int kill_servers(struct testdomain *domain, struct shared *shared, pid_t *server)
{
	time_t end = time(NULL) + TIMEOUT_SECONDS;
	unsigned int victim = 0, kills = 0, vcpu;
	int status;

	for (;;) {
		usleep(3000);
		for (vcpu = 0; vcpu < VCPUS && shared->report[vcpu]; vcpu++)
			;
		if (vcpu == VCPUS)
			return kills;
		CHECK(time(NULL) < end);
		victim = (victim + 1) % SERVERS;
		CHECK(kill(server[victim], SIGKILL) == 0);
		CHECK(waitpid(server[victim], &status, 0) == server[victim]);
		CHECK(WIFSIGNALED(status)); /* the server was killed, and did not exit by itself */
		server[victim] = start_server(domain, shared);
		kills++;
	}
}

int main(int argc, char **argv)
{
	uint64_t reads = argc > 1 ? strtoull(argv[1], NULL, 0) : 5000;
	uint32_t start = VIMO_OP_START;
	struct testdomain domain;
	struct shared *shared;
	pid_t server[SERVERS];
	unsigned int i, kills;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	testdomain_create(&domain, VCPUS);
	testdomain_populate(&domain, 0x200000);
	load(&domain, reads);
	for (i = 0; i < SERVERS; i++)
		server[i] = start_server(&domain, shared);
	CHECK(ioctl(domain.fd, VIMO_IOC_CONTROL, &start) == 0);

	kills = kill_servers(&domain, shared, server);
	for (i = 0; i < VCPUS; i++)
		CHECK(shared->report[i] == REPORT_RIGHT);
	CHECK(shared->served >= VCPUS * reads);
	start = VIMO_OP_KILL; /* the servers see this and exit */
	CHECK(ioctl(domain.fd, VIMO_IOC_CONTROL, &start) == 0);
	for (i = 0; i < SERVERS; i++) {
		int status;

		CHECK(waitpid(server[i], &status, 0) == server[i] && status == 0);
	}
	testdomain_destroy(&domain);
	printf("%llu requests, %u servers killed\nOK\n", (unsigned long long)shared->served, kills);
	return 0;
}
