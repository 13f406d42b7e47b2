// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_client.c - the client of the API while vimods end and begin: which calls are sent to the next vimod.
 */
#include "api/interface.h"
#include "client.h"
#include "json.h"
#include "unix_socket.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_client.XXXXXX", path[64];
static struct client client;
static struct error err;
static pid_t server;

/* What a vimod does with its connection. */
enum life { ANSWERS, ENDS_UNASKED, ENDS_ASKED };

static void serve(int listener, enum life life)
{
	static const char reply[] = "{\"parameters\":{\"life\":7}}";
	int fd = accept(listener, NULL, NULL);
	char frame[4096];

	/* The next vimod is not there yet, and makes its socket anew. */
	close(listener);
	if (life != ENDS_UNASKED && read(fd, frame, sizeof(frame)) <= 0)
		_exit(1);
	if (life == ANSWERS && write(fd, reply, sizeof(reply)) != sizeof(reply))
		_exit(1);
	close(fd);
}

/* Each vimod of the list listens when the one before it has ended. */
static void start_server(const enum life *lives, size_t count)
{
	int listener = unix_socket_bind(path, SOCK_STREAM);

	assert_int_equal(listen(listener, 4), 0);
	server = fork();
	if (server) {
		close(listener);
		return;
	}
	alarm(60);
	for (size_t n = 0; n < count; n++) {
		if (n) {
			usleep(100000);
			listener = unix_socket_bind(path, SOCK_STREAM);
			if (listen(listener, 4))
				_exit(2);
		}
		serve(listener, lives[n]);
	}
	_exit(0);
}

static void server_ends(void)
{
	int status;

	assert_int_equal(waitpid(server, &status, 0), server);
	assert_int_equal(status, 0);
}

static int64_t call(const char *method)
{
	json_object *reply = client_call(&client, method, json_object_new_object(), &err);
	int64_t life = json_number(reply, "life", -1);

	json_object_put(reply);
	return life;
}

#define START(...)                                                     \
	do {                                                           \
		static const enum life lives[] = { __VA_ARGS__ };      \
		start_server(lives, sizeof(lives) / sizeof(lives[0])); \
		assert_int_equal(client_connect(&client, &err), 0);    \
	} while (0)

static void await_end_of_connection(void)
{
	struct pollfd end = { .fd = client.fd, .events = POLLRDHUP };

	assert_int_equal(poll(&end, 1, 60000), 1);
}

static int done(void **state)
{
	(void)state;
	client_close(&client);
	unlink(path);
	return 0;
}

static void a_call_that_changes_nothing_goes_to_the_next_vimod(void **state)
{
	(void)state;
	START(ENDS_ASKED, ENDS_ASKED, ANSWERS);
	assert_int_equal(call("io.vimo.Domains.List"), 7);
	server_ends();
}

static void a_call_that_may_have_been_done_is_not_sent_again(void **state)
{
	(void)state;
	START(ENDS_ASKED);
	assert_int_equal(call("io.vimo.Domains.Destroy"), -1);
	assert_int_equal(err.code, ERROR_UNREACHABLE);
	server_ends();
}

static void a_vimod_that_ended_before_the_call_has_not_done_it(void **state)
{
	(void)state;
	START(ENDS_UNASKED, ANSWERS, ANSWERS);
	await_end_of_connection();
	assert_int_equal(call("io.vimo.Domains.Destroy"), 7);
	/* And again, on the same client. */
	await_end_of_connection();
	assert_int_equal(call("io.vimo.Domains.Create"), 7);
	server_ends();
}

static void a_vimod_that_ends_at_each_call_is_left(void **state)
{
	(void)state;
	START(ENDS_ASKED, ENDS_ASKED, ENDS_ASKED, ENDS_ASKED, ENDS_ASKED, ENDS_ASKED, ENDS_ASKED, ENDS_ASKED,
	      ENDS_ASKED, ENDS_ASKED);
	assert_int_equal(call("io.vimo.Domains.List"), -1);
	assert_int_equal(err.code, ERROR_UNREACHABLE);
	server_ends();
}

/* Between two vimods, their socket may be missing for longer than before the first vimod. */
static void a_socket_that_is_made_anew_is_awaited(void **state)
{
	int listener = unix_socket_bind(path, SOCK_STREAM);

	(void)state;
	close(listener);
	server = fork();
	if (!server) {
		alarm(60);
		usleep(300000);
		unlink(path);
		usleep(CLIENT_PATIENCE_NEW_MS * 1000);
		listener = unix_socket_bind(path, SOCK_STREAM);
		if (listen(listener, 1))
			_exit(1);
		serve(listener, ANSWERS);
		_exit(0);
	}
	assert_int_equal(client_connect(&client, &err), 0);
	assert_int_equal(call("io.vimo.Domains.Create"), 7);
	server_ends();
}

static void a_vimod_that_listens_later_is_awaited(void **state)
{
	int listener = unix_socket_bind(path, SOCK_STREAM);

	(void)state;
	server = fork();
	if (!server) {
		alarm(60);
		usleep(300000);
		if (listen(listener, 1))
			_exit(1);
		serve(listener, ANSWERS);
		_exit(0);
	}
	close(listener);
	assert_int_equal(client_connect(&client, &err), 0);
	assert_int_equal(call("io.vimo.Domains.Create"), 7);
	server_ends();
}

static void without_a_vimod_there_is_a_remedy(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(client_connect(&client, &err), -1);
	assert_int_equal(err.code, ERROR_UNREACHABLE);
	assert_non_null(strstr(err.text, "systemctl start vimod"));
	/* A vimod has ended, and a client in a hurry does not wait. */
	fd = unix_socket_bind(path, SOCK_STREAM);
	close(fd);
	client.hasty = true;
	assert_int_equal(call("io.vimo.Domains.List"), -1);
	assert_int_equal(err.code, ERROR_UNREACHABLE);
}

static void each_method_that_may_be_repeated_exists(void **state)
{
	(void)state;
	for (size_t n = 0; client_repeatable(n); n++) {
		const char *name = client_repeatable(n), *dot = strrchr(name, '.');
		const struct interface *interface = interface_find(name, (size_t)(dot - name));

		assert_non_null(interface);
		if (!interface_declaration(interface, DECLARE_METHOD, dot + 1))
			fail_msg("%s is not a method", name);
	}
}

static int enter(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/vimod.sock", directory);
	signal(SIGPIPE, SIG_IGN);
	return setenv("VIMO_SOCKET", path, 1);
}

static int leave(void **state)
{
	(void)state;
	return rmdir(directory);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, done)
	const struct CMUnitTest tests[] = {
		TEST(a_call_that_changes_nothing_goes_to_the_next_vimod),
		TEST(a_call_that_may_have_been_done_is_not_sent_again),
		TEST(a_vimod_that_ended_before_the_call_has_not_done_it),
		TEST(a_vimod_that_ends_at_each_call_is_left),
		TEST(a_vimod_that_listens_later_is_awaited),
		TEST(a_socket_that_is_made_anew_is_awaited),
		TEST(without_a_vimod_there_is_a_remedy),
		cmocka_unit_test(each_method_that_may_be_repeated_exists),
	};

	return cmocka_run_group_tests_name("client", tests, enter, leave);
}
