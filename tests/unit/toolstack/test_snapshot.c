// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_snapshot.c - snapshots of a guest's images by the real qemu-img; skipped without it, or where it cannot be
 * confined.
 */
#include "guest/snapshot.h"
#include "host/disk.h"
#include "scratch.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "programs.h"

static char directory[] = "/tmp/test_snapshot.XXXXXX";
static struct guests guests;
static struct guest_config config;
static struct guest_snapshots found;
static struct error err;
static bool usable, ended;

static int enter(void **state)
{
	(void)state;
	guests.loop = uv_default_loop();
	usable = !access("/usr/bin/qemu-img", X_OK) && can_confine();
	return scratch_make(directory, "VIMO_RUN_DIR") ? 0 : -1;
}

static void add_disk(const char *file, enum disk_format format, enum disk_access access)
{
	struct disk_config *disk = &config.disk[config.disk_count];

	snprintf(disk->vdev, sizeof(disk->vdev), "vd%c", 'a' + (int)config.disk_count++);
	snprintf(disk->target, sizeof(disk->target), "%s/%s", directory, file);
	disk->format = format;
	disk->access = access;
}

/* The guest writes two images, and reads a third one. */
static int fresh(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	strcpy(config.name, "g");
	add_disk("a", FORMAT_QCOW2, ACCESS_RW);
	add_disk("b", FORMAT_QCOW2, ACCESS_RW);
	add_disk("c", FORMAT_RAW, ACCESS_RO);
	return usable &&
	       system("rm -f a b c && qemu-img create -q -f qcow2 a 4M && qemu-img create -q -f qcow2 b 4M && "
		      "truncate -s 512 c");
}

static void on_done(void *arg, const struct guest_snapshots *snapshots, const struct error *why)
{
	assert_ptr_equal(arg, &config);
	ended = true;
	err.code = ERROR_NONE;
	if (why)
		err = *why;
	else
		found = *snapshots;
}

/* Return: 0 or -1. */
static int end(void)
{
	struct error busy;

	assert_true(!ended);
	assert_int_equal(snapshot_check_idle("g", &busy), -1);
	assert_int_equal(snapshot_check_idle("h", &busy), 0);
	uv_run(guests.loop, UV_RUN_DEFAULT);
	assert_true(ended);
	assert_int_equal(snapshot_check_idle("g", &busy), 0);
	return err.code == ERROR_NONE ? 0 : -1;
}

static int list(void)
{
	ended = false;
	snapshot_list(&guests, &config, on_done, &config);
	return end();
}

static int change(enum snapshot_change what, const char *name)
{
	ended = false;
	snapshot_change(&guests, &config, what, name, on_done, &config);
	return end();
}

static void make(const char *name)
{
	if (change(SNAPSHOT_CREATE, name))
		fail_msg("%s", err.text);
}

#define WRITE "qemu-io -f qcow2 -c 'write -q -P %s 1M 4k' %s >/dev/null"
#define READ "qemu-io -f qcow2 -c 'read -q -P %s 1M 4k' %s | grep -q failed && exit 1 || exit 0"

static void on_both(const char *format, const char *pattern)
{
	char command[160];

	for (const char *file = "a\0b"; file; file = *file == 'a' ? file + 2 : NULL) {
		snprintf(command, sizeof(command), format, pattern, file);
		shell(command);
	}
}

static void what_was_kept_comes_back(void **state)
{
	(void)state;
	if (!usable)
		skip();
	assert_int_equal(list(), 0);
	assert_int_equal(found.list.count, 0);
	assert_int_equal(found.all, 2);
	on_both(WRITE, "0x11");
	make("first");
	on_both(WRITE, "0x22");
	make("second");
	assert_int_equal(found.list.count, 2);
	assert_string_equal(found.list.item[0].name, "first");
	assert_true(found.list.item[0].created > 1700000000);
	assert_int_equal(found.disks[1], 2);
	assert_int_equal(change(SNAPSHOT_REVERT, "first"), 0);
	on_both(READ, "0x11");
	assert_int_equal(change(SNAPSHOT_REVERT, "second"), 0);
	on_both(READ, "0x22");
	assert_int_equal(change(SNAPSHOT_DELETE, "first"), 0);
	assert_int_equal(found.list.count, 1);
	assert_string_equal(found.list.item[0].name, "second");
	on_both(READ, "0x22");
	shell("qemu-img check -q a && qemu-img check -q b");
}

static void changes_that_make_no_sense_are_refused(void **state)
{
	(void)state;
	if (!usable)
		skip();
	make("first");
	assert_int_equal(change(SNAPSHOT_CREATE, "first"), -1);
	assert_int_equal(err.code, ERROR_STATE);
	assert_int_equal(change(SNAPSHOT_REVERT, "none"), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_int_equal(change(SNAPSHOT_DELETE, "none"), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	config.disk[1].format = FORMAT_RAW;
	assert_int_equal(change(SNAPSHOT_CREATE, "second"), -1);
	assert_non_null(strstr(err.text, "has a format without snapshots"));
	config.disk[0].access = config.disk[1].access = ACCESS_RO;
	assert_int_equal(list(), -1);
	assert_non_null(strstr(err.text, "writes no disk"));
	assert_int_equal(snapshot_check_name("12", &err), -1);
	assert_int_equal(snapshot_check_name("-c", &err), -1);
	assert_int_equal(snapshot_check_name("before-12", &err), 0);
}

/* A kill of vimod in between leaves this. */
static void a_snapshot_of_some_disks_is_incomplete(void **state)
{
	(void)state;
	if (!usable)
		skip();
	shell("qemu-img snapshot -c half b");
	assert_int_equal(list(), 0);
	assert_int_equal(found.disks[0], 1);
	assert_int_equal(change(SNAPSHOT_REVERT, "half"), -1);
	assert_non_null(strstr(err.text, "is in 1 of 2 disks"));
	assert_int_equal(change(SNAPSHOT_CREATE, "half"), -1);
	assert_int_equal(change(SNAPSHOT_DELETE, "half"), 0);
	assert_int_equal(found.list.count, 0);
}

static void a_disk_in_use_leaves_all_as_they_are(void **state)
{
	bool direct;
	int fd;

	(void)state;
	if (!usable)
		skip();
	make("first");
	on_both(WRITE, "0x33");
	fd = disk_open(&config.disk[1], &direct, &err);
	assert_true(fd >= 0);
	assert_int_equal(change(SNAPSHOT_REVERT, "first"), -1);
	assert_int_equal(err.code, ERROR_STATE);
	assert_int_equal(change(SNAPSHOT_CREATE, "second"), -1);
	close(fd);
	on_both(READ, "0x33");
	assert_int_equal(list(), 0);
	assert_int_equal(found.list.count, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
	const struct CMUnitTest tests[] = {
		TEST(what_was_kept_comes_back),
		TEST(changes_that_make_no_sense_are_refused),
		TEST(a_snapshot_of_some_disks_is_incomplete),
		TEST(a_disk_in_use_leaves_all_as_they_are),
	};

	return cmocka_run_group_tests_name("snapshot", tests, enter, scratch_remove);
}
