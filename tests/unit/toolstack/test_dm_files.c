// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dm_files.c - the files that vimo-dm gets, whatever the previous vimo-dm left, and the status that it writes.
 */
#include "dm/files.h"
#include "base/store.h"
#include "dm/room.h"
#include "dm_files.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_dm_files.XXXXXX";
static struct guest_config config = { .name = "g", .channel_count = 1, .fs_count = 1, .fs[0].slot = 7 };
static struct fd_list fds;
static struct error err;

#define MUCH (1ull << 40)
static uint64_t available = MUCH; /* bytes of the file system */
static bool unlimited;

int statfs(const char *path, struct statfs *system)
{
	assert_string_equal(path, directory);
	*system = (struct statfs){ .f_bsize = 4096, .f_blocks = unlimited ? 0 : MUCH, .f_bavail = available / 4096 };
	return 0;
}

static int enter(void **state)
{
	(void)state;
	if (!mkdtemp(directory) || chdir(directory))
		return -1;
	setenv("VIMO_RUN_DIR", directory, 1);
	setenv("VIMO_LOG_DIR", "log", 1);
	return store_make("g", &err);
}

static int leave(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

static int over(void **state)
{
	(void)state;
	fd_list_close(&fds);
	return 0;
}

static struct stat status_of(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return status;
}

static int option(int fd, int name)
{
	socklen_t bytes = sizeof(int);
	int value = 0;

	getsockopt(fd, SOL_SOCKET, name, &value, &bytes);
	return value;
}

static void names_have_their_files(void **state)
{
	json_object *names = dm_files_open("g", &fds, &err);
	struct stat status;

	(void)state;
	assert_non_null(names);
	assert_string_equal(json_object_to_json_string_ext(names, JSON_C_TO_STRING_PLAIN),
			    "[\"state\",\"status\",\"control\",\"serial\",\"serial-log\",\"serial-log-old\"]");
	assert_int_equal(fds.count, json_object_array_length(names));
	json_object_put(names);
	assert_int_equal(status_of(fds.fd[0]).st_size, DM_STATE_BYTES);
	assert_int_equal(status_of(fds.fd[1]).st_size, sizeof(struct dm_status));
	assert_int_equal(option(fds.fd[2], SO_TYPE), SOCK_SEQPACKET);
	assert_int_equal(option(fds.fd[3], SO_TYPE), SOCK_STREAM);
	for (uint32_t n = 2; n < 4; n++) {
		assert_int_equal(option(fds.fd[n], SO_ACCEPTCONN), 1);
		assert_true(fcntl(fds.fd[n], F_GETFL) & O_NONBLOCK);
	}
	assert_true(fcntl(fds.fd[4], F_GETFL) & O_APPEND);
	assert_false(fcntl(fds.fd[5], F_GETFL) & O_APPEND);
	assert_int_equal(status_of(fds.fd[4]).st_mode, S_IFREG | 0640);
	assert_int_equal(access("log/g.serial.log.1", F_OK), 0);
	/* Root alone asks vimo-dm; the group has consoles. */
	assert_int_equal(stat(store_record("g", "control.sock"), &status), 0);
	assert_int_equal(status.st_mode, S_IFSOCK | 0600);
	assert_int_equal(stat(dm_files_console_path("g", "serial"), &status), 0);
	assert_int_equal(status.st_mode, S_IFSOCK | 0660);
}

static void a_consoles_lock_is_its_groups(void **state)
{
	const char *path = dm_files_console_lock("g", "serial", &err);
	struct stat status, again;

	(void)state;
	assert_string_equal(path, dm_files_console_lock("g", "serial", &err));
	assert_non_null(strstr(path, "guests/g/serial.lock"));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0660);
	/* The file stays: clients hold its lock. */
	assert_non_null(dm_files_console_lock("g", "serial", &err));
	assert_int_equal(stat(path, &again), 0);
	assert_int_equal(status.st_ino, again.st_ino);
	assert_null(dm_files_console_lock("none", "serial", &err));
}

static void devices_have_theirs(void **state)
{
	(void)state;
	assert_int_equal(dm_files_console("g", &fds, &err), 0);
	assert_int_equal(fds.count, 3);
	assert_int_equal(dm_files_channel(&config, 0, &fds, &err), 0);
	assert_int_equal(dm_files_folder("g", 7, &fds, &err), 0);
	assert_int_equal(fds.count, 5);
	assert_int_equal(option(fds.fd[3], SO_ACCEPTCONN), 1);
	assert_int_equal(status_of(fds.fd[4]).st_size, DM_FOLDER_STATE_BYTES);
	assert_int_equal(access("guests/g/channel-1.sock", F_OK), 0);
}

/* The previous vimo-dm, which a guest took over, made them shorter or longer. */
static void files_have_their_size_again(void **state)
{
	static const off_t sizes[] = { 0, 5, 1 << 30 };

	(void)state;
	for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		assert_int_equal(dm_files_folder("g", 7, &fds, &err), 0);
		assert_int_equal(ftruncate(fds.fd[0], sizes[n]), 0);
		fd_list_close(&fds);
		assert_int_equal(dm_files_folder("g", 7, &fds, &err), 0);
		assert_int_equal(status_of(fds.fd[0]).st_size, DM_FOLDER_STATE_BYTES);
		fd_list_close(&fds);
	}
}

static void a_folder_gets_a_quarter_of_what_is_left(void **state)
{
	const uint64_t mib = 1 << 20;

	(void)state;
	assert_int_equal(room_share(4096 * mib, 0), DM_FOLDER_STATE_BYTES);
	assert_int_equal(room_share(UINT64_MAX, 0), DM_FOLDER_STATE_BYTES);
	assert_int_equal(room_share(4 * DM_FOLDER_STATE_BYTES, 0), DM_FOLDER_STATE_BYTES);
	assert_int_equal(room_share(384 * mib, 4 * mib), 95 * mib);
	assert_int_equal(room_share(384 * mib, 344 * mib), 10 * mib);
	assert_int_equal(room_share(40 * mib + 5, 0), 10 * mib); /* whole pages */
	assert_int_equal(room_share(4 * DM_FOLDER_STATE_MIN, 0), DM_FOLDER_STATE_MIN);
	assert_int_equal(room_share(4 * DM_FOLDER_STATE_MIN - 1, 0), 0);
	assert_int_equal(room_share(384 * mib, 384 * mib), 0);
	assert_int_equal(room_share(384 * mib, UINT64_MAX), 0); /* more was promised than there is */
	assert_int_equal(room_share(0, 0), 0);
}

static off_t size_of_folder(uint32_t slot)
{
	off_t bytes;

	if (dm_files_folder("g", slot, &fds, &err))
		return -1;
	bytes = status_of(fds.fd[0]).st_size;
	fd_list_close(&fds);
	return bytes;
}

static void what_others_may_still_take_is_not_given_away(void **state)
{
	const off_t mib = 1 << 20;
	int fd;

	(void)state;
	dm_files_forget(&config);
	available = 80 * (uint64_t)mib;
	assert_int_equal(size_of_folder(7), 20 * mib);
	/* An existing file keeps its size, whatever is left. */
	available = 0;
	assert_int_equal(size_of_folder(7), 20 * mib);
	/* 20 MiB are promised to the first. */
	available = 80 * (uint64_t)mib;
	assert_int_equal(size_of_folder(8), 15 * mib);
	/* The first takes all of its own: they are neither available nor promised. */
	fd = open("records/g/fs-7.state", O_RDWR);
	assert_int_equal(posix_fallocate(fd, 0, 20 * mib), 0);
	close(fd);
	unlink("records/g/fs-8.state");
	available = 60 * (uint64_t)mib;
	assert_int_equal(size_of_folder(8), 15 * mib);
	unlink("records/g/fs-8.state");
	available = 7 * (uint64_t)mib;
	assert_int_equal(size_of_folder(8), -1);
	assert_non_null(strstr(err.text, "make room in /run"));
	fd_list_close(&fds);
	unlimited = true;
	assert_int_equal(size_of_folder(8), DM_FOLDER_STATE_BYTES);
	unlimited = false;
	unlink("records/g/fs-8.state");
	available = MUCH;
}

static void other_kinds_of_files_are_refused(void **state)
{
	(void)state;
	dm_files_forget(&config);
	assert_int_equal(symlink("/etc/passwd", "records/g/fs-7.state"), 0);
	assert_int_equal(dm_files_folder("g", 7, &fds, &err), -1);
	unlink("records/g/fs-7.state");
	assert_int_equal(mkfifo("records/g/fs-7.state", 0600), 0);
	assert_int_equal(dm_files_folder("g", 7, &fds, &err), -1);
	assert_non_null(strstr(err.text, "fs-7.state"));
	assert_int_equal(fds.count, 0);
}

static void the_next_life_begins_anew(void **state)
{
	static const char *const files[] = { "dm.state", "status", "fs-7.state" };

	(void)state;
	unlink("records/g/fs-7.state");
	json_object_put(dm_files_open("g", &fds, &err));
	assert_int_equal(dm_files_folder("g", 7, &fds, &err), 0);
	dm_files_forget(&config);
	for (size_t n = 0; n < sizeof(files) / sizeof(files[0]); n++)
		assert_int_equal(access(store_record("g", files[n]), F_OK), -1);
}

static void a_status_is_checked(void **state)
{
	struct dm_status good = { .magic = DM_STATUS_MAGIC, .stalled = DM_STATUS_SLOTS, .links_down = 5 }, forged, got;
	int fd = memfd_create("status", MFD_CLOEXEC);

	(void)state;
	strcpy(good.why, "no space\n\033[2Jleft");
	assert_true(dm_status_decode(&good, sizeof(good), &got));
	assert_int_equal(got.stalled, DM_STATUS_SLOTS);
	assert_int_equal(got.links_down, 5);
	assert_string_equal(got.why, "no space??[2Jleft");
	memset(good.why, 'x', sizeof(good.why)); /* without an end */
	assert_true(dm_status_decode(&good, sizeof(good), &got));
	assert_int_equal(strlen(got.why), sizeof(got.why) - 1);
	forged = good;
	forged.magic++;
	assert_false(dm_status_decode(&forged, sizeof(forged), &got));
	assert_int_equal(got.links_down, 0);
	forged = good;
	forged.stalled++;
	assert_false(dm_status_decode(&forged, sizeof(forged), &got));
	assert_int_equal(got.stalled, 0);
	assert_false(dm_status_decode(&good, sizeof(good) - 1, &got));
	assert_false(dm_status_read(fd, &got)); /* empty */
	assert_int_equal(pwrite(fd, &good, sizeof(good), 0), sizeof(good));
	assert_true(dm_status_read(fd, &got));
	close(fd);
	assert_false(dm_status_read(-1, &got));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, over)
	const struct CMUnitTest tests[] = {
		TEST(names_have_their_files),
		TEST(a_consoles_lock_is_its_groups),
		TEST(devices_have_theirs),
		TEST(files_have_their_size_again),
		TEST(other_kinds_of_files_are_refused),
		TEST(a_folder_gets_a_quarter_of_what_is_left),
		TEST(what_others_may_still_take_is_not_given_away),
		TEST(the_next_life_begins_anew),
		TEST(a_status_is_checked),
	};

	return cmocka_run_group_tests_name("dm_files", tests, enter, leave);
}
