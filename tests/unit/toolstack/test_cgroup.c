// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cgroup.c - control groups, in a directory that looks like a group of cgroup2. Links: toolstack/base/cgroup.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/cgroup.h"

#define MIB (1ull << 20)

static const char *const files[] = {
	"cgroup.procs", "cgroup.subtree_control", "memory.max", "memory.swap.max", "pids.max", "cpu.weight", "io.weight"
};
#define FILES (sizeof(files) / sizeof(files[0]))
static char top[] = "cgroup.XXXXXX";
static long magic = CGROUP2_SUPER_MAGIC;
static const char *missing; /* a file that new groups lack */

/* The kernel fills a new group with files, and takes them away with it. */
static void fill(int dir)
{
	for (size_t n = 0; n < FILES; n++)
		if (!missing || strcmp(files[n], missing))
			close(openat(dir, files[n], O_CREAT | O_WRONLY, 0644));
}

int mkdirat(int dir, const char *name, mode_t mode)
{
	int fd;

	if (syscall(SYS_mkdirat, dir, name, mode))
		return -1;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY);
	fill(fd);
	return close(fd);
}

int unlinkat(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY);
	struct stat status;
	int busy = !fstatat(fd, "cgroup.procs", &status, 0) && status.st_size;

	if (busy)
		errno = EBUSY;
	for (size_t n = 0; !busy && n < FILES; n++)
		syscall(SYS_unlinkat, fd, files[n], 0);
	close(fd);
	return busy ? -1 : (int)syscall(SYS_unlinkat, dir, name, flags);
}

int fstatfs(int fd, struct statfs *status)
{
	(void)fd;
	*status = (struct statfs){ .f_type = (__typeof__(status->f_type))magic };
	return 0;
}

static char *path(const char *group, const char *file)
{
	static char text[256];

	snprintf(text, sizeof(text), "%s/%s%s%s", top, group, *file ? "/" : "", file);
	return text;
}

static const char *contents(const char *group, const char *file)
{
	static char text[64];
	int fd = open(path(group, file), O_RDONLY);
	ssize_t got;

	assert_true(fd >= 0);
	got = read(fd, text, sizeof(text) - 1);
	assert_true(got >= 0);
	text[got] = '\0';
	close(fd);
	return text;
}

static int exists(const char *group)
{
	struct stat status;

	return !stat(path(group, ""), &status);
}

static int start(void **state)
{
	int fd;

	(void)state;
	strcpy(strrchr(top, '.') + 1, "XXXXXX");
	assert_non_null(mkdtemp(top));
	fd = open(top, O_RDONLY | O_DIRECTORY);
	fill(fd);
	close(fd);
	magic = CGROUP2_SUPER_MAGIC;
	missing = NULL;
	setenv("VIMO_CGROUP", top, 1);
	return 0;
}

static int stop(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

static void a_process_has_a_group_with_limits(void **state)
{
	char number[24];
	struct sysinfo dom0;

	(void)state;
	cgroup_begin();
	cgroup_make("web1", 512);
	cgroup_add("web1", "storage-4", 77, 64 * MIB, 512 * MIB);
	assert_string_equal(contents("guest-web1/storage-4", "cgroup.procs"), "77");
	assert_string_equal(contents("guest-web1/storage-4", "memory.max"), "68157440"); /* 64 MiB and 1 for tables */
	assert_string_equal(contents("guest-web1/storage-4", "memory.swap.max"), "68157440");
	assert_string_equal(contents("guest-web1/storage-4", "pids.max"), "1024");
	assert_string_equal(contents("guest-web1", "cpu.weight"), "200");
	assert_string_equal(contents("guest-web1", "io.weight"), "200");
	assert_int_equal(sysinfo(&dom0), 0);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)dom0.totalram * dom0.mem_unit / 2);
	assert_string_equal(contents("guest-web1", "memory.max"), number);
}

static void a_process_without_a_guest_has_a_group_until_it_ends(void **state)
{
	(void)state;
	cgroup_begin();
	cgroup_enclose(79, 64 * MIB);
	assert_string_equal(contents("image-79", "cgroup.procs"), "79");
	assert_string_equal(contents("image-79", "memory.max"), "67108864");
	assert_string_equal(contents("image-79", "pids.max"), "128");
	assert_int_equal(truncate(path("image-79", "cgroup.procs"), 0), 0);
	cgroup_release(79);
	assert_false(exists("image-79"));
	cgroup_release(79);
}

static void weights_stay_in_the_kernels_range(void **state)
{
	(void)state;
	cgroup_begin();
	cgroup_make("a", 1);
	cgroup_make("b", 65535);
	assert_string_equal(contents("guest-a", "cpu.weight"), "1");
	assert_string_equal(contents("guest-b", "cpu.weight"), "10000");
}

static void groups_go_when_their_processes_have_gone(void **state)
{
	(void)state;
	cgroup_begin();
	cgroup_make("web1", 256);
	cgroup_make("web2", 256);
	cgroup_add("web1", "dm", 77, MIB, 0);
	cgroup_add("web2", "dm", 78, MIB, 0);
	cgroup_remove("web1");
	assert_true(exists("guest-web1/dm"));
	assert_int_equal(truncate(path("guest-web1/dm", "cgroup.procs"), 0), 0);
	cgroup_remove("web1");
	assert_false(exists("guest-web1"));
	assert_true(exists("guest-web2/dm"));
	cgroup_remove("web3");
}

static void the_next_vimod_removes_empty_groups_of_guests(void **state)
{
	(void)state;
	cgroup_begin();
	cgroup_make("web1", 256);
	cgroup_make("web2", 256);
	cgroup_add("web1", "dm", 77, MIB, 0);
	cgroup_enclose(79, MIB);
	assert_int_equal(truncate(path("image-79", "cgroup.procs"), 0), 0);
	assert_int_equal(mkdir(path("another", ""), 0755), 0);
	cgroup_begin();
	assert_false(exists("image-79"));
	assert_true(exists("guest-web1/dm"));
	assert_false(exists("guest-web2"));
	assert_true(exists("another"));
	/* A process that is started again finds its group, and its limits are set again. */
	assert_int_equal(truncate(path("guest-web1/dm", "cgroup.procs"), 0), 0);
	cgroup_add("web1", "dm", 80, 2 * MIB, 0);
	assert_string_equal(contents("guest-web1/dm", "cgroup.procs"), "80");
	assert_string_equal(contents("guest-web1/dm", "memory.max"), "2097152");
}

static void a_process_of_the_group_itself_is_moved(void **state)
{
	int fd = open(path("cgroup.procs", ""), O_WRONLY);

	(void)state;
	assert_int_equal(write(fd, "4711\n", 5), 5);
	close(fd);
	cgroup_begin();
	assert_string_equal(contents("keeper", "cgroup.procs"), "4711");
}

static void without_a_group_nothing_is_done(void **state)
{
	(void)state;
	unsetenv("VIMO_CGROUP");
	cgroup_begin();
	cgroup_make("web1", 256);
	cgroup_add("web1", "dm", 77, MIB, 0);
	cgroup_remove("web1");
	setenv("VIMO_CGROUP", "/nowhere", 1);
	cgroup_begin();
	cgroup_make("web1", 256);
	setenv("VIMO_CGROUP", top, 1);
	magic = TMPFS_MAGIC;
	cgroup_begin();
	cgroup_make("web1", 256);
	magic = CGROUP2_SUPER_MAGIC;
	assert_int_equal(unlink(path("cgroup.subtree_control", "")), 0);
	cgroup_begin();
	cgroup_make("web1", 256);
	cgroup_add("web1", "dm", 77, MIB, 0);
	assert_false(exists("guest-web1"));
}

static void a_process_stays_out_of_a_group_without_limits(void **state)
{
	(void)state;
	cgroup_begin();
	missing = "memory.max";
	cgroup_make("web1", 256);
	cgroup_add("web1", "dm", 77, MIB, 0);
	assert_string_equal(contents("guest-web1/dm", "cgroup.procs"), "");
}

static void put_file(const char *group, const char *file, const char *text)
{
	FILE *out = fopen(path(group, file), "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void usage_is_of_all_processes_and_disks(void **state)
{
	static const char *const extra[] = { "cpu.stat", "memory.current", "io.stat" };
	struct cgroup_usage usage;

	(void)state;
	cgroup_begin();
	cgroup_usage("web1", &usage);
	assert_false(usage.known);
	cgroup_make("web1", 256);
	cgroup_usage("web1", &usage);
	assert_true(usage.known);
	assert_int_equal(usage.cpu_ns, 0);
	put_file("guest-web1", "cpu.stat", "usage_usec 7\nuser_usec 5\nsystem_usec 2\n");
	put_file("guest-web1", "memory.current", "4096\n");
	put_file("guest-web1", "io.stat",
		 "254:0 rbytes=1 wbytes=20 rios=300 wios=4000 dbytes=9 dios=9\n"
		 "254:16 rbytes=2 wbytes=30 rios=400 wios=5000 dbytes=9 dios=9\n");
	cgroup_usage("web1", &usage);
	assert_int_equal(usage.cpu_ns, 7000);
	assert_int_equal(usage.memory_bytes, 4096);
	assert_int_equal(usage.read_bytes, 3);
	assert_int_equal(usage.written_bytes, 50);
	assert_int_equal(usage.reads, 700);
	assert_int_equal(usage.writes, 9000);
	for (size_t n = 0; n < sizeof(extra) / sizeof(extra[0]); n++)
		assert_int_equal(unlink(path("guest-web1", extra[n])), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_process_has_a_group_with_limits, start, stop),
		cmocka_unit_test_setup_teardown(a_process_without_a_guest_has_a_group_until_it_ends, start, stop),
		cmocka_unit_test_setup_teardown(weights_stay_in_the_kernels_range, start, stop),
		cmocka_unit_test_setup_teardown(groups_go_when_their_processes_have_gone, start, stop),
		cmocka_unit_test_setup_teardown(the_next_vimod_removes_empty_groups_of_guests, start, stop),
		cmocka_unit_test_setup_teardown(a_process_of_the_group_itself_is_moved, start, stop),
		cmocka_unit_test_setup_teardown(usage_is_of_all_processes_and_disks, start, stop),
		cmocka_unit_test_setup_teardown(without_a_group_nothing_is_done, start, stop),
		cmocka_unit_test_setup_teardown(a_process_stays_out_of_a_group_without_limits, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
