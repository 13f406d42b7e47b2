// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_fs_room.c - the table of a folder is as large as vimod's file, and never larger.
 */
#include "fs/handles.h"
#include "fs/nodes.h"
#include "dm_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

_Static_assert(offsetof(struct fs_table, node) + (1 << 20) <= DM_FOLDER_STATE_MIN, "a table of use fits");

static int make(off_t bytes)
{
	int fd = memfd_create("table", MFD_CLOEXEC);

	assert_int_equal(ftruncate(fd, bytes), 0);
	return fd;
}

static off_t bytes_of(int fd, off_t *allocated)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	if (allocated)
		*allocated = status.st_blocks * 512;
	return status.st_size;
}

/* Return: how many records could be taken. */
static unsigned int take_all(struct fs_nodes *nodes)
{
	unsigned int taken = 0;

	while (fs_record_new(nodes, 0))
		taken++;
	return taken;
}

static void a_table_is_as_large_as_its_file(void **state)
{
	/* Whole pages and not, without and with an end inside a record. */
	static const off_t sizes[] = { DM_FOLDER_STATE_MIN, DM_FOLDER_STATE_MIN + 100, (3 << 20) + 4096 };
	struct fs_nodes nodes;
	struct error err;
	off_t allocated;

	(void)state;
	for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		int fd = make(sizes[n]), kept = dup(fd);
		unsigned int records;

		assert_int_equal(fs_nodes_open(&nodes, fd, &err), 0);
		close(fd);
		bytes_of(kept, &allocated);
		assert_in_range(allocated, 1, DM_FOLDER_STATE_MIN); /* what is not used takes no memory */
		records = take_all(&nodes);
		assert_int_equal(records, (sizes[n] - offsetof(struct fs_table, node)) / sizeof(struct fs_node) - 2);
		assert_null(fs_record_new(&nodes, 0));
		/* A freed record is taken again. */
		fs_record_free(&nodes, fs_record_at(&nodes, nodes.used_end - 1));
		assert_non_null(fs_record_new(&nodes, 0));
		assert_null(fs_record_new(&nodes, 0));
		assert_int_equal(bytes_of(kept, NULL), sizes[n]);
		/* The next vimo-dm finds all of them. */
		fs_nodes_close(&nodes);
		assert_int_equal(fs_table_open(&nodes, kept, &err), 0);
		assert_int_equal(nodes.used_end, records + 2);
		assert_null(fs_record_new(&nodes, 0));
		fs_table_close(&nodes);
		close(kept);
	}
}

/* A handle of a node beyond the table, which a larger file had or a hostile vimo-dm wrote. */
static void a_handle_counts_inside_the_table(void **state)
{
	int fd = make(DM_FOLDER_STATE_MIN);
	struct fs_nodes nodes;
	struct error err;

	(void)state;
	assert_int_equal(fs_nodes_open(&nodes, fd, &err), 0);
	assert_non_null(fs_handle_new(&nodes, FS_NODES - 1, FUSE_OPEN, 0, 1));
	assert_non_null(fs_handle_new(&nodes, UINT64_MAX, FUSE_OPEN, 0, 1));
	fs_nodes_close(&nodes);
	assert_int_equal(fs_nodes_open(&nodes, fd, &err), 0);
	for (uint32_t n = 0; n < 2; n++)
		fs_handle_free(&nodes, &nodes.table->handle[n]);
	fs_nodes_close(&nodes);
	close(fd);
}

static void a_file_of_another_release_is_emptied_in_its_size(void **state)
{
	int fd = make(DM_FOLDER_STATE_MIN);
	struct fs_nodes nodes;
	struct error err;
	off_t allocated;

	(void)state;
	assert_int_equal(fs_nodes_open(&nodes, fd, &err), 0);
	take_all(&nodes);
	nodes.table->magic++;
	nodes.table->init_bytes = 16;
	fs_nodes_close(&nodes);
	assert_int_equal(fs_nodes_open(&nodes, fd, &err), 0);
	assert_int_equal(nodes.table->init_bytes, 0);
	assert_int_equal(nodes.used_end, FUSE_ROOT_ID + 1);
	assert_int_equal(bytes_of(fd, &allocated), DM_FOLDER_STATE_MIN);
	assert_true(allocated < DM_FOLDER_STATE_MIN);
	fs_nodes_close(&nodes);
	close(fd);
}

static void a_file_below_the_minimum_is_refused(void **state)
{
	static const off_t sizes[] = { 0, 4096, DM_FOLDER_STATE_MIN - 1 };
	struct fs_nodes nodes;
	struct error err;

	(void)state;
	for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		int fd = make(sizes[n]);

		assert_int_equal(fs_nodes_open(&nodes, fd, &err), -1);
		assert_int_equal(err.code, ERROR_USAGE);
		fs_nodes_close(&nodes);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_as_large_as_its_file),
		cmocka_unit_test(a_handle_counts_inside_the_table),
		cmocka_unit_test(a_file_of_another_release_is_emptied_in_its_size),
		cmocka_unit_test(a_file_below_the_minimum_is_refused),
	};

	return cmocka_run_group_tests_name("fs_room", tests, NULL, NULL);
}
