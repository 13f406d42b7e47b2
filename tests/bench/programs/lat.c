// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lat.c - the loops of lmbench's lat_syscall, lat_sig prot and lat_pipe, timed by
 * the virtual counter. As PID 1 it is a machine's whole user space: prints when it
 * began, measures, loads /trapcost.ko with the options in /trapcost.options if
 * they are there, and powers off.
 *
 * Each line is the median of BATCHES averages: a tick or another domain that
 * came in between changes one batch.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BATCHES 15
#define FILE_NAME "/tmp/bench-file"

static int zero, null, file, to_child[2], from_child[2];
static char *protected_page;
static volatile unsigned int faults_left;

static uint64_t counter(void)
{
	uint64_t value;

	__asm__ volatile("isb; mrs %0, cntvct_el0; isb" : "=r"(value) : : "memory");
	return value;
}

static uint64_t frequency(void)
{
	uint64_t value;

	__asm__("mrs %0, cntfrq_el0" : "=r"(value));
	return value;
}

static void expect(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	exit(1);
}

static void do_syscall(void)
{
	syscall(SYS_getppid);
}

static void do_read(void)
{
	char c;

	expect(read(zero, &c, 1) == 1, "read");
}

static void do_write(void)
{
	expect(write(null, "", 1) == 1, "write");
}

static void do_stat(void)
{
	struct stat stat_of_it;

	expect(stat(FILE_NAME, &stat_of_it) == 0, "stat");
}

static void do_fstat(void)
{
	struct stat stat_of_it;

	expect(fstat(file, &stat_of_it) == 0, "fstat");
}

static void do_open_close(void)
{
	int fd = open(FILE_NAME, O_RDONLY);

	expect(fd >= 0, "open");
	close(fd);
}

/* The fault repeats when the handler returns, until the batch is over. */
static void on_fault(int number)
{
	(void)number;
	if (!--faults_left)
		mprotect(protected_page, 4096, PROT_READ | PROT_WRITE);
}

static void do_pipe(void)
{
	char c = 0;

	expect(write(to_child[1], &c, 1) == 1 && read(from_child[0], &c, 1) == 1, "pipe");
}

static const struct test {
	const char *name;
	void (*run)(void); /* NULL: protection faults */
	unsigned int rounds;
} tests[] = {
	{ "syscall", do_syscall, 4000 }, { "read", do_read, 4000 },   { "write", do_write, 4000 },
	{ "stat", do_stat, 1000 },       { "fstat", do_fstat, 1000 }, { "open-close", do_open_close, 1000 },
	{ "prot-fault", NULL, 1000 },    { "pipe", do_pipe, 200 },
};

static uint64_t batch(const struct test *test)
{
	unsigned int rounds = test->rounds;
	uint64_t start;

	if (!test->run) {
		faults_left = rounds;
		mprotect(protected_page, 4096, PROT_READ);
		start = counter();
		*(volatile char *)protected_page = 1;
		return counter() - start;
	}
	start = counter();
	while (rounds--)
		test->run();
	return counter() - start;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void measure(const struct test *test)
{
	uint64_t ticks[BATCHES];

	batch(test); /* warms up code that is slow the first time */
	for (int i = 0; i < BATCHES; i++)
		ticks[i] = batch(test);
	qsort(ticks, BATCHES, sizeof(ticks[0]), compare);
	printf("lat: %s %.2f\n", test->name, ticks[BATCHES / 2] * 1e9 / (double)frequency() / test->rounds);
}

static void echo_from_child(void)
{
	char c;

	expect(pipe(to_child) == 0 && pipe(from_child) == 0, "pipe");
	switch (fork()) {
	case -1: expect(0, "fork"); break;
	case 0:
		close(to_child[1]);
		while (read(to_child[0], &c, 1) == 1)
			expect(write(from_child[1], &c, 1) == 1, "pipe's child");
		_exit(0);
	}
}

static void measure_all(void)
{
	struct sigaction fault = { .sa_handler = on_fault };

	zero = open("/dev/zero", O_RDONLY);
	null = open("/dev/null", O_WRONLY);
	file = open(FILE_NAME, O_RDWR | O_CREAT, 0644);
	protected_page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect(zero >= 0 && null >= 0 && file >= 0 && protected_page != MAP_FAILED, "open");
	sigaction(SIGSEGV, &fault, NULL);
	echo_from_child();
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		measure(&tests[i]);
	close(to_child[1]);
	wait(NULL);
	unlink(FILE_NAME);
}

static void load_trapcost(void)
{
	char options[256] = "";
	int fd = open("/trapcost.options", O_RDONLY), module = open("/trapcost.ko", O_RDONLY);
	ssize_t got = fd < 0 ? 0 : read(fd, options, sizeof(options) - 1);

	if (got > 0)
		options[strcspn(options, "\n")] = '\0';
	/* The module measures as it loads, and then fails to load. */
	if (module >= 0)
		syscall(SYS_finit_module, module, options, 0);
}

int main(void)
{
	uint64_t began = counter();

	if (getpid() != 1) {
		measure_all();
		return 0;
	}
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	expect(dup2(open("/dev/console", O_RDWR), 1) == 1 && dup2(1, 2) == 2, "/dev/console");
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("bench: init %016" PRIx64 "\n", began);
	measure_all();
	load_trapcost();
	printf("bench: done\n");
	sleep(1); /* for the serial port's last words */
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
