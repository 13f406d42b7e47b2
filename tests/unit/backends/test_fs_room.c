// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fs_room.c - the table of a folder grows until a quarter of /run is left, and is found again whatever is left.
 */
#include "fs/nodes.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cmocka.h>

static struct statfs system_now;

int fstatfs(int fd, struct statfs *system)
{
	(void)fd;
	*system = system_now;
	return 0;
}

/* Return: how many records could be taken, @most at most. */
static unsigned int take(struct fs_nodes *nodes, unsigned int most)
{
	unsigned int taken = 0;

	while (taken < most && fs_record_new(nodes, 0))
		taken++;
	return taken;
}

static void a_table_leaves_room_for_others(void **state)
{
	int fd = memfd_create("table", MFD_CLOEXEC);
	struct fs_nodes nodes;
	struct error err;
	unsigned int taken;
	uint32_t end;

	(void)state;
	assert_int_equal(ftruncate(fd, sizeof(struct fs_table)), 0);
	system_now = (struct statfs){ .f_type = TMPFS_MAGIC, .f_blocks = 1000, .f_bavail = 250 };
	assert_int_equal(fs_table_open(&nodes, dup(fd), &err), 0);
	assert_int_equal(take(&nodes, 10000), 10000); /* 3 MB */
	system_now.f_bavail = 249;
	taken = take(&nodes, 10000);
	assert_in_range(taken, 0, 4000); /* what is left of the last step */
	assert_null(fs_record_new(&nodes, 0));
	end = nodes.used_end;
	/* The next vimo-dm finds all of them. */
	fs_table_close(&nodes);
	system_now.f_bavail = 0;
	assert_int_equal(fs_table_open(&nodes, dup(fd), &err), 0);
	assert_int_equal(nodes.used_end, end);
	assert_null(fs_record_new(&nodes, 0));
	/* There is room again, or the file is not in memory. */
	system_now.f_bavail = 251;
	assert_int_equal(take(&nodes, 4000), 4000);
	system_now.f_bavail = 0;
	system_now.f_type = EXT4_SUPER_MAGIC;
	assert_int_equal(take(&nodes, 10000), 10000);
	fs_table_close(&nodes);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_table_leaves_room_for_others) };

	return cmocka_run_group_tests_name("fs_room", tests, NULL, NULL);
}
