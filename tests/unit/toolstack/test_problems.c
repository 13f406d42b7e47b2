// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_problems.c - what vimo-dm stores into its status reaches vimod by an empty line, and no other way.
 */
#include "guest/problems.h"
#include "base/store.h"
#include "dm/files.h"
#include "dm_files.h"
#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_problems.XXXXXX";
static uv_loop_t loop;
static struct guests guests = { .loop = &loop };
static struct guest guest;
static struct dm_status *status; /* vimo-dm's mapping */
static int dm_end;               /* vimo-dm's end of the FIFO */
static unsigned int stalls, link_looks;

void guest_post(struct guest *of, const struct guest_event *event)
{
	assert_ptr_equal(of, &guest);
	assert_int_equal(event->kind, EVENT_STALL);
	stalls++;
}

void switches_look(struct switch_link **links, const struct guest_config *config, int status_fd, uv_loop_t *on)
{
	(void)links;
	(void)config;
	assert_true(status_fd >= 0);
	assert_ptr_equal(on, &loop);
	link_looks++;
}

void switches_forget(struct switch_link **links)
{
	(void)links;
}

static int fresh(void **state)
{
	int fd;

	(void)state;
	stalls = link_looks = 0;
	memset(&guest, 0, sizeof(guest));
	strcpy(guest.config.name, "g");
	guest.config.disk_count = 1;
	guest.config.disk[0].slot = 4;
	strcpy(guest.config.disk[0].vdev, "vda");
	guest.guests = &guests;
	guest.status_fd = guest.dm.messages.fd = -1;
	uv_loop_init(&loop);
	fd = open(dm_files_status("g"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*status)) || dm_messages_watch(&guest.dm.messages, &loop, "g"))
		return -1;
	status = mmap(NULL, sizeof(*status), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	dm_end = dm_messages_open(&guest.dm.messages);
	status->magic = DM_STATUS_MAGIC;
	return status == MAP_FAILED || dm_end < 0 ? -1 : 0;
}

static int over(void **state)
{
	(void)state;
	problems_unwatch(&guest);
	dm_messages_end(&guest.dm.messages);
	munmap(status, sizeof(*status));
	close(dm_end);
	uv_run(&loop, UV_RUN_DEFAULT);
	return uv_loop_close(&loop);
}

static void stall(unsigned int slot, const char *why)
{
	snprintf(status->why, sizeof(status->why), "%s", why);
	status->stalled = slot + 1;
}

/* The loop, until vimod has looked @times, but not longer than a second. */
static void run_until_looks(unsigned int times)
{
	uint64_t since = uv_hrtime();

	while (link_looks < times && uv_hrtime() - since < 1000000000)
		uv_run(&loop, UV_RUN_NOWAIT);
}

static void an_empty_line_shows_a_stall(void **state)
{
	(void)state;
	problems_watch(&guest);
	assert_int_equal(link_looks, 1);
	stall(4, "no space");
	run_until_looks(2);
	assert_int_equal(link_looks, 1); /* a store alone is not seen */
	assert_int_equal(write(dm_end, "\n", 1), 1);
	run_until_looks(2);
	assert_int_equal(stalls, 1);
	assert_non_null(strstr(guest.problem, "disk vda: no space"));
	/* The same stall is reported once, another reason again. */
	assert_int_equal(write(dm_end, "\n", 1), 1);
	run_until_looks(3);
	assert_int_equal(stalls, 1);
	stall(4, "input/output error");
	assert_int_equal(write(dm_end, "\n", 1), 1);
	run_until_looks(4);
	assert_int_equal(stalls, 2);
}

/* The next vimod adopts a guest that was paused meanwhile. */
static void a_stall_is_found_at_the_beginning(void **state)
{
	(void)state;
	stall(4, "no space");
	problems_watch(&guest);
	assert_int_equal(stalls, 1);
}

static void a_flood_of_lines_causes_few_looks(void **state)
{
	uint64_t since = uv_hrtime();

	(void)state;
	problems_watch(&guest);
	while (uv_hrtime() - since < 500000000) {
		ssize_t written = write(dm_end, "\n", 1);

		(void)written;
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	assert_in_range(link_looks, 2, 7); /* one each 100 ms, and the first */
}

static void a_forged_status_is_no_stall(void **state)
{
	(void)state;
	stall(DM_STATUS_SLOTS, "x");
	problems_watch(&guest);
	assert_int_equal(stalls, 0);
	stall(9, "x\n\033[2J"); /* a slot without a disk */
	assert_int_equal(write(dm_end, "\n", 1), 1);
	run_until_looks(2);
	assert_int_equal(stalls, 1);
	assert_non_null(strstr(guest.problem, "disk ?: x??[2J"));
}

static void after_the_watch_nothing_is_read(void **state)
{
	(void)state;
	problems_watch(&guest);
	problems_unwatch(&guest);
	stall(4, "no space");
	assert_int_equal(write(dm_end, "\n", 1), 1);
	run_until_looks(2);
	assert_int_equal(link_looks, 1);
	assert_int_equal(stalls, 0);
}

static void note(void *arg, const char *problem)
{
	size_t used = strlen(arg);

	snprintf((char *)arg + used, 1024 - used, "%s\n", problem);
}

static void each_problem_is_listed(void **state)
{
	static const struct helper_kind kind = { .program = "virtiofsd" };
	static struct helper helper = { .kind = &kind, .name = "folder data", .failures = 3 };
	static struct switch_link link = { .name = "network 52:54:00:00:00:01", .vif.socket = "/run/switch" };
	char told[1024] = "";

	(void)state;
	problems_each(&guest, note, told);
	assert_string_equal(told, "");
	guest.state = GUEST_PAUSED;
	guest.dm.process.pid = 7;
	guest.helpers[5] = &helper;
	guest.switches[6] = &link;
	stall(4, "no space");
	status->links_down = 1u << DM_LOG_SERIAL;
	problems_watch(&guest);
	problems_each(&guest, note, told);
	assert_string_equal(
		told, "disk vda: no space: mend it, then run 'vimoctl unpause g'\n"
		      "g.serial.log: output is not logged: free space on its disk\n"
		      "folder data: its virtiofsd does not run after 3 failures, and is started again and again: run "
		      "'journalctl -u vimod' to see why\n"
		      "network 52:54:00:00:00:01: its link is down: start the switch that listens at /run/switch\n");
	/* A helper that runs again, and a vimo-dm that does not. */
	helper.serves = true;
	guest.switches[6] = NULL;
	guest.problem[0] = told[0] = '\0';
	guest.dm.process.pid = 0;
	status->links_down = 0;
	problems_each(&guest, note, told);
	assert_string_equal(told,
			    "its vimo-dm does not run, and is started again: run 'journalctl -u vimod' to see why\n");
}

static int enter(void **state)
{
	struct error err;

	(void)state;
	return scratch_make(directory, "VIMO_RUN_DIR") ? store_make("g", &err) : -1;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)
	const struct CMUnitTest tests[] = {
		TEST(an_empty_line_shows_a_stall),       TEST(a_stall_is_found_at_the_beginning),
		TEST(a_flood_of_lines_causes_few_looks), TEST(a_forged_status_is_no_stall),
		TEST(after_the_watch_nothing_is_read),   TEST(each_problem_is_listed),
	};

	return cmocka_run_group_tests_name("problems", tests, enter, scratch_remove);
}
