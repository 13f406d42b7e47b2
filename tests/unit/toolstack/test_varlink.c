// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_varlink.c - calls by sockets: the rights of callers, and what one user can take of vimod.
 */
#include "api/listen.h"
#include "api/methods.h"
#include "cleanup.h"
#include "json.h"
#include "unix_socket.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_varlink.XXXXXX";
static uv_loop_t *loop;
static int calls, trusted_calls;
static size_t answer_bytes;
static void *kept; /* lies behind the JSON of the call, so that the heap does not shrink by itself */

static void dispatch(struct call *call, const char *method, json_object *parameters)
{
	json_object *json = json_object_new_object();
	char *text = calloc(1, answer_bytes + 1);

	(void)parameters;
	assert_string_equal(method, "a.B");
	memset(text, 'x', answer_bytes);
	json_put_string(json, "text", text);
	free(text);
	free(kept);
	kept = malloc(5000);
	calls++;
	trusted_calls += call->trusted;
	call_reply(call, json);
}

static int dial(const char *file)
{
	int fd = unix_socket_connect(file, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	return fd;
}

static void run_for(unsigned int ms)
{
	uint64_t end = uv_hrtime() / 1000000 + ms;

	while (uv_hrtime() / 1000000 < end) {
		uv_run(loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
}

static void put(int fd, const char *text)
{
	/* With its NUL. */
	assert_int_equal(send(fd, text, strlen(text) + 1, MSG_NOSIGNAL), strlen(text) + 1);
}

/* Read until @count answers have come or the connection has ended. Return: answers. */
static int answers(int fd, int count)
{
	char bytes[65536];
	int got = 0;

	for (int tries = 0; tries < 5000 && got < count; tries++) {
		ssize_t length = recv(fd, bytes, sizeof(bytes), 0);

		if (!length)
			break;
		for (ssize_t n = 0; n < length; n++)
			got += !bytes[n];
		run_for(1);
	}
	return got;
}

static bool is_closed(int fd)
{
	char byte;
	ssize_t got;

	run_for(20);
	got = recv(fd, &byte, 1, MSG_PEEK);
	return !got || (got < 0 && errno == ECONNRESET);
}

#define CALL "{\"method\":\"a.B\"}"

static void only_the_api_socket_is_trusted(void **state)
{
	struct stat status;
	int fd = dial("vimod.sock"), ro = dial("vimod-ro.sock");

	(void)state;
	assert_int_equal(stat("vimod.sock", &status) || (status.st_mode & 0777) != 0660, 0);
	assert_int_equal(stat("vimod-ro.sock", &status) || (status.st_mode & 0777) != 0666, 0);
	put(fd, CALL);
	assert_int_equal(answers(fd, 1), 1);
	assert_int_equal(trusted_calls, 1);
	put(ro, CALL);
	assert_int_equal(answers(ro, 1), 1);
	assert_int_equal(calls, 2);
	assert_int_equal(trusted_calls, 1);
	close(fd);
	close(ro);
	run_for(20);
}

static void a_user_has_few_read_only_connections(void **state)
{
	int fds[10];

	(void)state;
	for (int n = 0; n < 10; n++)
		fds[n] = dial("vimod-ro.sock");
	run_for(300); /* some a tick */
	for (int n = 0; n < 10; n++)
		assert_int_equal(is_closed(fds[n]), n < 2); /* the oldest */
	close(fds[0]);
	run_for(20);
	fds[0] = dial("vimod-ro.sock");
	put(fds[0], CALL);
	assert_int_equal(answers(fds[0], 1), 1);
	assert_true(is_closed(fds[2]));
	for (int n = 0; n < 10; n++)
		close(fds[n]);
	run_for(20);
}

static void read_only_calls_are_paced(void **state)
{
	int fd = dial("vimod-ro.sock");
	uint64_t begun = uv_hrtime();

	(void)state;
	for (int n = 0; n < 20; n++)
		put(fd, CALL);
	assert_int_equal(answers(fd, 20), 20);
	assert_true(uv_hrtime() - begun > 300000000); /* 4 in 100 ms */
	close(fd);
	run_for(20);
}

static void connections_are_paced(void **state)
{
	(void)state;
	for (int n = 0; n < 60; n++) {
		int fd = dial("vimod-ro.sock");

		put(fd, CALL);
		close(fd);
		if (n % 10 == 9)
			run_for(10);
	}
	assert_true(calls <= 41);
	run_for(400);
	/* The API socket answers meanwhile, and the read-only socket goes on. */
	int fd = dial("vimod-ro.sock");

	put(fd, CALL);
	assert_int_equal(answers(fd, 1), 1);
	close(fd);
	run_for(20);
}

static void large_calls_need_trust(void **state)
{
	char text[20000];
	int fd = dial("vimod.sock"), ro = dial("vimod-ro.sock");

	(void)state;
	memset(text, 'x', sizeof(text));
	snprintf(text, sizeof(text), "{\"method\":\"a.B\",\"parameters\":{\"a\":\"");
	text[strlen(text)] = 'x';
	strcpy(text + sizeof(text) - 4, "\"}}");
	put(fd, text);
	assert_int_equal(answers(fd, 1), 1);
	put(ro, text);
	assert_int_equal(answers(ro, 1), 1); /* an error */
	assert_true(is_closed(ro));
	assert_int_equal(calls, 1);
	close(fd);
	close(ro);
	run_for(20);
}

static void a_client_that_does_not_read_is_dropped(void **state)
{
	int fd = dial("vimod.sock"), ro = dial("vimod-ro.sock"), n;

	(void)state;
	answer_bytes = 100000;
	for (n = 0; n < 8; n++)
		put(ro, CALL);
	run_for(300);
	assert_true(calls < 8);
	answer_bytes = 1 << 20;
	calls = 0;
	for (n = 0; n < 100 && send(fd, CALL, sizeof(CALL), MSG_NOSIGNAL) > 0; n++)
		run_for(1);
	assert_true(calls < 12);
	answer_bytes = 0;
	close(fd);
	close(ro);
	run_for(20);
}

static size_t memory(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	size_t whole = 0, resident = 0;

	assert_int_equal(fscanf(file, "%zu %zu", &whole, &resident), 2);
	fclose(file);
	return resident * (size_t)getpagesize();
}

#if !defined(__SANITIZE_ADDRESS__)
#define KEEPS_NO_FREED_MEMORY 1
#endif

static void memory_of_a_large_call_is_given_back(void **state)
{
	static char text[1000000];
	size_t before = memory(), after, used = 0;
	int fd = dial("vimod.sock");

	(void)state;
	used = (size_t)sprintf(text, "{\"method\":\"a.B\",\"parameters\":{\"a\":[{}");
	while (used < sizeof(text) - 100)
		used += (size_t)sprintf(text + used, ",{}");
	strcpy(text + used, "]}}");
	for (size_t sent = 0; sent <= strlen(text);) {
		ssize_t part = send(fd, text + sent, strlen(text) + 1 - sent, MSG_NOSIGNAL);

		sent += part > 0 ? (size_t)part : 0;
		uv_run(loop, UV_RUN_NOWAIT);
	}
	assert_int_equal(answers(fd, 1), 1);
	after = memory();
	close(fd);
	run_for(20);
#ifdef KEEPS_NO_FREED_MEMORY
	if (after > before + (4 << 20))
		fail_msg("%zu bytes stay", after - before);
#else
	(void)before;
	(void)after;
#endif
}

static void users_are_counted(void **state)
{
	struct peers peers = {
		.connections_max = 3, .user_connections_max = 2, .user_queued_max = 100, .user_partial_max = 10
	};
	struct peer *one = peers_add(&peers, 1), *two;

	(void)state;
	assert_non_null(one);
	assert_ptr_equal(peers_add(&peers, 1), one);
	assert_null(peers_add(&peers, 1)); /* of this user */
	two = peers_add(&peers, 2);
	assert_non_null(two);
	assert_null(peers_add(&peers, 2)); /* in all */
	assert_true(peers_queue(&peers, one, 60));
	assert_false(peers_queue(&peers, one, 41));
	assert_true(peers_queue(&peers, one, 40));
	assert_true(peers_queue(&peers, two, 100));
	assert_false(peers_queue(&peers, two, 1));
	assert_false(peers_queue(&peers, two, (size_t)-1));
	peers_sent(one, 60);
	assert_true(peers_queue(&peers, one, 60));
	assert_true(peers_keep(&peers, one, 10));
	assert_false(peers_keep(&peers, one, 1));
	assert_true(peers_keep(&peers, two, 10));
	peers_kept(one, 10);
	assert_true(peers_keep(&peers, one, 1));
	peers_close(&peers, one);
	peers_remove(&peers, one);
	assert_non_null(peers_add(&peers, 2));
	peers_close(&peers, two);
	peers_remove(&peers, two);
	peers_close(&peers, two);
	peers_remove(&peers, two);
	peers_close(&peers, one);
	peers_remove(&peers, one);
	assert_null(peers.first);
	assert_int_equal(peers.connections, 0);
}

static int fresh(void **state)
{
	(void)state;
	calls = trusted_calls = 0;
	answer_bytes = 0;
	return 0;
}

static int enter(void **state)
{
	struct error err;

	(void)state;
	if (!mkdtemp(directory) || chdir(directory))
		return -1;
	signal(SIGPIPE, SIG_IGN); /* as vimod does */
	loop = uv_default_loop();
	setenv("VIMO_RUN_DIR", directory, 1);
	unsetenv("VIMO_SOCKET");
	return listen_start(loop, dispatch, NULL, &err);
}

static int leave(void **state)
{
	(void)state;
	free(kept);
	return chdir(directory) || unlink("vimod.sock") || unlink("vimod-ro.sock") || chdir("/") || rmdir(directory);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
	const struct CMUnitTest tests[] = {
		TEST(only_the_api_socket_is_trusted),
		TEST(a_user_has_few_read_only_connections),
		TEST(read_only_calls_are_paced),
		TEST(connections_are_paced),
		TEST(large_calls_need_trust),
		TEST(a_client_that_does_not_read_is_dropped),
		TEST(memory_of_a_large_call_is_given_back),
		TEST(users_are_counted),
	};

	return cmocka_run_group_tests_name("varlink", tests, enter, leave);
}
