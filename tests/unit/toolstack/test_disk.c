// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_disk.c - images are opened, checked and locked, as QEMU's programs lock them.
 */
#include "host/disk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_disk.XXXXXX";
static struct disk_config disk;
static struct error err;
static bool direct;

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

static int make_image(void **state)
{
	(void)state;
	disk = (struct disk_config){ .vdev = "vda" };
	snprintf(disk.target, sizeof(disk.target), "%s/image", directory);
	close(open(disk.target, O_RDWR | O_CREAT, 0600));
	return truncate(disk.target, 4096);
}

static int remove_image(void **state)
{
	(void)state;
	unlink(disk.target);
	return 0;
}

static void assert_refused(enum error_code code, const char *why)
{
	int fd = disk_open(&disk, &direct, &err);

	if (fd >= 0 || err.code != code || !strstr(err.text, why) || !strstr(err.text, "disk vda: "))
		fail_msg("%d %d: %s, not %s", fd, err.code, err.text, why);
	assert_string_equal(err.key, "disk");
}

static int opened(enum disk_access access)
{
	int fd;

	disk.access = access;
	fd = disk_open(&disk, &direct, &err);
	if (fd < 0)
		fail_msg("%s", err.text);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, access == ACCESS_RO ? O_RDONLY : O_RDWR);
	assert_int_equal(!!(fcntl(fd, F_GETFL) & O_DIRECT), direct);
	return fd;
}

static void what_is_no_image_is_refused(void **state)
{
	(void)state;
	unlink(disk.target);
	assert_refused(ERROR_FAILED, "image does not exist");
	mkdir(disk.target, 0700);
	assert_refused(ERROR_FAILED, "is a directory");
	rmdir(disk.target);
	disk.access = ACCESS_RO;
	mkfifo(disk.target, 0600);
	assert_refused(ERROR_FAILED, "neither a file nor a block device");
	strcat(disk.target, "/x");
	assert_refused(ERROR_FAILED, "Not a directory");
	*strrchr(disk.target, '/') = '\0';
}

static off_t size_of_image(void)
{
	struct stat status;

	assert_int_equal(stat(disk.target, &status), 0);
	return status.st_size;
}

static void pad(enum disk_access access)
{
	int fd = opened(access);

	assert_int_equal(disk_pad(&disk, fd, &err), 0);
	close(fd);
}

static void the_last_sector_is_filled_up(void **state)
{
	(void)state;
	assert_int_equal(truncate(disk.target, 0), 0);
	assert_refused(ERROR_FAILED, "is empty");
	assert_int_equal(truncate(disk.target, 4096 + 1), 0);
	pad(ACCESS_RO);
	assert_int_equal(size_of_image(), 4096 + 1);
	pad(ACCESS_RW);
	assert_int_equal(size_of_image(), 4096 + 512);
	assert_int_equal(truncate(disk.target, 511), 0);
	pad(ACCESS_RW);
	assert_int_equal(size_of_image(), 512);
}

static void a_disk_grows_while_its_guest_has_it(void **state)
{
	static const char uuid[] = "3e3c24ba-0001-4abc-8def-00000000002a";
	char aside[PATH_MAX + 8];
	int fd;

	(void)state;
	assert_int_equal(truncate(disk.target, 4096), 0);
	fd = opened(ACCESS_RW);
	/* Not claimed: another file than the guest's. */
	assert_int_equal(disk_grow(&disk, uuid, 8192, &err), -1);
	assert_int_equal(err.code, ERROR_STATE);
	assert_int_equal(disk_claim(&disk, fd, uuid, &err), 0);
	assert_int_equal(disk_grow(&disk, uuid, 0, &err), 4096);
	assert_int_equal(disk_grow(&disk, uuid, 8191, &err), 8192);
	assert_int_equal(size_of_image(), 8192);
	assert_int_equal(disk_grow(&disk, uuid, 4096, &err), -1);
	assert_non_null(strstr(err.text, "can only grow"));
	assert_int_equal(size_of_image(), 8192);
	disk.access = ACCESS_RO;
	assert_int_equal(disk_grow(&disk, uuid, 16384, &err), -1);
	disk.access = ACCESS_RW;
	/* A file put in its place. */
	snprintf(aside, sizeof(aside), "%s.old", disk.target);
	assert_int_equal(rename(disk.target, aside), 0);
	close(open(disk.target, O_RDWR | O_CREAT, 0600));
	assert_int_equal(disk_grow(&disk, uuid, 16384, &err), -1);
	assert_non_null(strstr(err.text, "is not the file that the guest uses"));
	assert_int_equal(size_of_image(), 0);
	assert_int_equal(rename(aside, disk.target), 0);
	close(fd);
}

static void one_writer_at_a_time(void **state)
{
	int fd = opened(ACCESS_RW), copy = dup(fd);

	(void)state;
	assert_refused(ERROR_STATE, "is locked by another guest or program");
	close(fd); /* as vimod does: the device model has the copy */
	assert_refused(ERROR_STATE, "is locked by another guest or program");
	disk.access = ACCESS_RO;
	assert_refused(ERROR_STATE, "another guest or program writes it");
	close(copy);
	close(opened(ACCESS_RW));
}

static void readers_share(void **state)
{
	int first = opened(ACCESS_RO), second = opened(ACCESS_RO);

	(void)state;
	disk.access = ACCESS_RW;
	assert_refused(ERROR_STATE, "is locked by");
	close(first);
	assert_refused(ERROR_STATE, "is locked by");
	close(second);
	close(opened(ACCESS_RW));
}

/* qemu-img, qemu-storage-daemon and QEMU hold shared locks on these bytes. */
static void locks_of_qemu_count(void **state)
{
	static const struct {
		int byte;
		enum disk_access access;
		bool conflicts;
	} cases[] = {
		{ 100, ACCESS_RW, false },                            /* it reads */
		{ 101, ACCESS_RW, true },                             /* it writes */
		{ 101, ACCESS_RO, true },  { 200, ACCESS_RO, true },  /* it forbids others to read */
		{ 201, ACCESS_RW, true },                             /* it forbids others to write */
		{ 201, ACCESS_RO, false }, { 203, ACCESS_RW, false }, /* it forbids others to resize */
		{ 103, ACCESS_RW, true },                             /* it resizes */
	};

	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		int other = open(disk.target, O_RDWR), fd;
		struct flock lock = { .l_type = F_RDLCK, .l_start = cases[n].byte, .l_len = 1 };

		assert_int_equal(fcntl(other, F_OFD_SETLK, &lock), 0);
		disk.access = cases[n].access;
		fd = disk_open(&disk, &direct, &err);
		if ((fd < 0) != cases[n].conflicts)
			fail_msg("case %zu: %d %s", n, fd, fd < 0 ? err.text : "");
		close(other);
		if (fd >= 0)
			close(fd);
	}
}

/* And they find ours. */
static void ours_are_where_qemu_looks(void **state)
{
	static const int held[] = { 100, 101, 201, 203 };
	int fd = opened(ACCESS_RW), other = open(disk.target, O_RDONLY);

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		struct flock lock = { .l_type = F_WRLCK, .l_start = byte, .l_len = 1 };
		bool expected = false;

		for (size_t n = 0; n < sizeof(held) / sizeof(held[0]); n++)
			expected = expected || held[n] == byte;
		assert_int_equal(fcntl(other, F_OFD_GETLK, &lock), 0);
		if ((lock.l_type != F_UNLCK) != expected)
			fail_msg("byte %d: %d", byte, lock.l_type);
	}
	close(other);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_image, remove_image)

/* As a transfer of a killed device model would, a descriptor holds the first claim. */
static void a_guests_disk_waits_for_its_last_transfers(void **state)
{
	int transfer, next, other;

	(void)state;
	for (unsigned int n = 0; n < 2; n++) {
		transfer = opened(ACCESS_RO);
		assert_int_equal(disk_claim(&disk, transfer, "guest-1", &err), 0);
		next = opened(ACCESS_RO);
		assert_int_equal(disk_claim(&disk, next, "guest-1", &err), -1);
		assert_int_equal(err.code, ERROR_STATE);
		/* Others are not meant: not other guests, and not its other disks. */
		other = opened(ACCESS_RO);
		assert_int_equal(disk_claim(&disk, other, "guest-2", &err), 0);
		disk.slot++;
		assert_int_equal(disk_claim(&disk, next, "guest-1", &err), 0);
		disk.slot--;
		close(next);
		close(transfer);
		next = opened(ACCESS_RO);
		assert_int_equal(disk_claim(&disk, next, "guest-1", &err), 0);
		close(next);
		close(other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_image_is_refused),
		TEST(the_last_sector_is_filled_up),
		TEST(a_disk_grows_while_its_guest_has_it),
		TEST(one_writer_at_a_time),
		TEST(readers_share),
		TEST(locks_of_qemu_count),
		TEST(ours_are_where_qemu_looks),
		TEST(a_guests_disk_waits_for_its_last_transfers),
	};

	return cmocka_run_group_tests_name("disk", tests, make_directory, remove_directory);
}
