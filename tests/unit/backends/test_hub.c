// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_hub.c - a console's log over kills of the processes that write it: each
 * process ends by _exit() in the middle.
 */
#include "dm_files.h"
#include "host/hub.h"
#include "host/status.h"
#include "unix_socket.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PIECES 450u
#define PIECE_BYTES 3000u /* together more than the log takes before it is rotated */

enum step { BEGUN, HALF_WRITTEN, WRITTEN, MOVED_ON, ENDED, STEPS };

/* What outlives a device model: the guest's ring, and its state file. */
static struct shared {
	uint32_t place;
	struct hub_mark mark;
} * shared;
static char folder[] = "/tmp/vimo-test-hub-XXXXXX";
static char log_path[64], old_path[64], socket_path[64];
static struct hub hub;

static void fill(char *text, unsigned int piece)
{
	for (unsigned int at = 0; at < PIECE_BYTES; at += 10)
		snprintf(text + at, 11, "%04u/%04u\n", piece % 10000, at / 10 % 10000);
}

static void write_piece(unsigned int piece, size_t bytes)
{
	char text[PIECE_BYTES + 1];

	fill(text, piece);
	/* A ring gives its bytes in parts. */
	for (size_t at = 0; at < bytes; at += 700)
		hub_write(&hub, text + at, bytes - at < 700 ? bytes - at : 700);
}

static void die_at(bool here)
{
	if (here)
		_exit(0);
}

/* Write pieces from the ring's place on; die at @step of piece @last. */
static void live(unsigned int last, enum step step)
{
	/* vimod opens them for each device model. */
	const struct hub_files files = { unix_socket_bind(socket_path, SOCK_STREAM | SOCK_NONBLOCK),
					 open(log_path, O_RDWR | O_CREAT | O_APPEND, 0600),
					 open(old_path, O_RDWR | O_CREAT, 0600) };
	struct error err;
	uv_loop_t loop;

	if (listen(files.listener, 1) || uv_loop_init(&loop))
		_exit(1);
	hub.mark = &shared->mark;
	if (hub_open(&hub, &loop, &files, "g", "console", &err))
		_exit(2);
	while (shared->place < PIECES) {
		unsigned int piece = shared->place;
		enum step until = piece == last ? step : STEPS;

		hub_begin(&hub, piece);
		die_at(until == BEGUN);
		write_piece(piece, until == HALF_WRITTEN ? PIECE_BYTES / 2 : PIECE_BYTES);
		die_at(until == HALF_WRITTEN || until == WRITTEN);
		shared->place++;
		die_at(until == MOVED_ON);
		hub_end(&hub);
		die_at(until == ENDED);
	}
	_exit(0);
}

static void one_life(unsigned int last, enum step step)
{
	pid_t child = fork();
	int status;

	if (!child)
		live(last, step);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void log_holds(const char *path, unsigned int *byte)
{
	FILE *file = fopen(path, "r");
	char text[PIECE_BYTES + 1];

	assert_non_null(file);
	fill(text, *byte / PIECE_BYTES);
	for (int c; (c = getc(file)) != EOF; (*byte)++) {
		if (*byte % PIECE_BYTES == 0)
			fill(text, *byte / PIECE_BYTES);
		if (c != text[*byte % PIECE_BYTES])
			fail_msg("%s: byte %u of piece %u is '%c'", path, *byte % PIECE_BYTES, *byte / PIECE_BYTES, c);
	}
	fclose(file);
}

static int start(void **state)
{
	(void)state;
	unlink(log_path);
	unlink(old_path);
	*shared = (struct shared){ 0 };
	return 0;
}

static void each_byte_is_logged_once(void **state)
{
	unsigned int byte = 0;

	(void)state;
	/* Every piece has its deaths: twice in a row before the ring's place moves on, then one after that. */
	while (shared->place < PIECES) {
		for (unsigned int step = BEGUN; step <= WRITTEN; step++)
			for (int again = 0; again < 2; again++)
				one_life(shared->place, (enum step)step);
		one_life(shared->place, shared->place % 2 ? MOVED_ON : ENDED);
	}
	assert_int_equal(shared->place, PIECES);
	log_holds(old_path, &byte);
	assert_in_range(byte, HUB_LOG_MAX - PIECE_BYTES, HUB_LOG_MAX);
	log_holds(log_path, &byte);
	assert_int_equal(byte, PIECES * PIECE_BYTES);
}

/* A driver that resets its device begins at the same place anew. */
static void the_same_place_later_is_another_piece(void **state)
{
	unsigned int byte = 0;
	FILE *file;

	(void)state;
	one_life(PIECES, STEPS);
	shared->place = PIECES - 1;
	one_life(PIECES, STEPS);
	log_holds(old_path, &byte);
	file = fopen(log_path, "r");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	assert_int_equal(byte + (unsigned int)ftell(file), (PIECES + 1) * PIECE_BYTES);
	fclose(file);
}

/* The disk of the log is full, then has room. */
static void a_log_that_is_not_kept_is_reported(void **state)
{
	const struct hub_files files = { unix_socket_bind(socket_path, SOCK_STREAM | SOCK_NONBLOCK),
					 open("/dev/full", O_RDWR), open(old_path, O_RDWR | O_CREAT, 0600) };
	struct dm_status file = { .magic = DM_STATUS_MAGIC };
	struct status status = { .file = &file, .messages = -1, .lock = PTHREAD_MUTEX_INITIALIZER };
	static struct hub full;
	struct error err;
	uv_loop_t loop;

	(void)state;
	assert_int_equal(listen(files.listener, 1), 0);
	assert_int_equal(uv_loop_init(&loop), 0);
	full = (struct hub){ .mark = &shared->mark, .status = &status, .log_bit = DM_LOG_SERIAL };
	assert_int_equal(hub_open(&full, &loop, &files, "g", "serial", &err), 0);
	hub_begin(&full, 0);
	hub_write(&full, "lost", 4);
	assert_int_equal(file.links_down, 1u << DM_LOG_SERIAL);
	assert_int_equal(dup2(open(log_path, O_RDWR | O_CREAT | O_APPEND, 0600), files.log), files.log);
	hub_write(&full, "kept", 4);
	assert_int_equal(file.links_down, 0);
	hub_end(&full);
	hub_close(&full);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_byte_is_logged_once, start),
		cmocka_unit_test_setup(the_same_place_later_is_another_piece, start),
		cmocka_unit_test_setup(a_log_that_is_not_kept_is_reported, start),
	};
	int failed;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || !mkdtemp(folder))
		return 1;
	snprintf(log_path, sizeof(log_path), "%s/log", folder);
	snprintf(old_path, sizeof(old_path), "%s/log.1", folder);
	snprintf(socket_path, sizeof(socket_path), "%s/socket", folder);
	failed = cmocka_run_group_tests_name("hub", tests, NULL, NULL);
	start(NULL);
	unlink(socket_path);
	rmdir(folder);
	return failed;
}
