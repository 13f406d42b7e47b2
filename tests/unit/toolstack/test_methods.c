// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_methods.c - methods by calls on the API socket: without their parameters, in pieces, several at once; and frames
 * that are not calls.
 */
#include "api/listen.h"
#include "api/methods.h"
#include "api/parameters.h"
#include "guest/adopt.h"
#include "guest/saving.h"
#include "json.h"
#include "unix_socket.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_methods.XXXXXX", path[64];
static struct guests guests = { .device = -1 };
static struct api api = { .guests = &guests };
static int client;
static char text[4096]; /* replies that were received and not read */
static size_t used;

/* There is no hypervisor. */
int guests_open(struct guests *all, struct error *err)
{
	(void)all;
	return error_set(err, ERROR_FAILED, "no device");
}

static void run(void)
{
	for (int n = 0; n < 20; n++)
		uv_run(uv_default_loop(), UV_RUN_NOWAIT);
	while (saving_pending())
		uv_run(uv_default_loop(), UV_RUN_ONCE);
}

static void send_bytes(const char *bytes, size_t count)
{
	assert_int_equal(send(client, bytes, count, MSG_NOSIGNAL), count);
	run();
}

/* With the NUL that ends a frame. */
static void send_frame(const char *frame)
{
	send_bytes(frame, strlen(frame) + 1);
}

/* Return: the next reply, or NULL when vimod has closed the connection or sends nothing. */
static json_object *reply(void)
{
	json_object *json;
	size_t bytes;
	ssize_t got;

	run();
	got = recv(client, text + used, sizeof(text) - used, MSG_DONTWAIT);
	used += got > 0 ? (size_t)got : 0;
	bytes = strnlen(text, used);
	if (bytes == used)
		return NULL;
	json = json_parse(text, bytes);
	used -= bytes + 1;
	memmove(text, text + bytes + 1, used);
	return json;
}

static void expect_error(const char *name, const char *parameter)
{
	json_object *json = reply(), *parameters = NULL;

	assert_string_equal(json_string(json, "error"), name);
	assert_true(json_object_object_get_ex(json, "parameters", &parameters));
	if (parameter)
		assert_string_equal(json_string(parameters, "parameter"), parameter);
	json_object_put(json);
}

static void expect_reply(void)
{
	json_object *json = reply();

	assert_non_null(json);
	assert_null(json_string(json, "error"));
	json_object_put(json);
}

static bool is_closed(void)
{
	struct pollfd end = { .fd = client, .events = POLLIN };
	char byte;

	run();
	return poll(&end, 1, 0) > 0 && recv(client, &byte, 1, MSG_DONTWAIT) <= 0;
}

static void a_call_without_its_guest_is_answered_once(void **state)
{
	static const char *const methods[] = { "Info",    "Shutdown", "Reboot", "Destroy",   "Pause",
					       "Unpause", "Undefine", "Start",  "Definition" };
	char frame[128];

	(void)state;
	for (size_t n = 0; n < sizeof(methods) / sizeof(methods[0]); n++) {
		snprintf(frame, sizeof(frame), "{\"method\":\"io.vimo.Domains.%s\"}", methods[n]);
		send_frame(frame);
		expect_error("org.varlink.service.InvalidParameter", "name");
		snprintf(frame, sizeof(frame), "{\"method\":\"io.vimo.Domains.%s\",\"parameters\":{\"name\":7}}",
			 methods[n]);
		send_frame(frame);
		expect_error("org.varlink.service.InvalidParameter", "name");
		snprintf(frame, sizeof(frame), "{\"method\":\"io.vimo.Domains.%s\",\"parameters\":{\"name\":\"g\"}}",
			 methods[n]);
		send_frame(frame);
		expect_error("io.vimo.Domains.NotFound", NULL);
	}
	assert_null(reply());
}

static void a_call_comes_in_pieces(void **state)
{
	static const char call[] = "{\"method\":\"io.vimo.Domains.List\"}";

	(void)state;
	for (size_t at = 0; at < sizeof(call); at++) {
		assert_null(reply());
		send_bytes(call + at, 1);
	}
	expect_reply();
}

static void calls_are_answered_in_their_order(void **state)
{
	static const char calls[] = "{\"method\":\"io.vimo.Domains.Info\"}\0{\"method\":\"io.vimo.Domains.None\"}\0"
				    "{\"method\":\"io.vimo.Domains.List\"}";

	(void)state;
	send_bytes(calls, sizeof(calls));
	expect_error("org.varlink.service.InvalidParameter", "name");
	expect_error("org.varlink.service.MethodNotFound", NULL);
	expect_reply();
}

static void a_frame_that_is_not_a_call_ends_the_connection(void **state)
{
	(void)state;
	send_frame("{\"method\":7}");
	assert_true(is_closed());
}

static void an_empty_frame_ends_the_connection(void **state)
{
	(void)state;
	send_bytes("", 1);
	assert_true(is_closed());
}

static void a_call_without_an_end_is_cut(void **state)
{
	static char spaces[65536];
	ssize_t sent = 0;

	(void)state;
	memset(spaces, ' ', sizeof(spaces));
	for (unsigned int n = 0; n < 64 && sent >= 0; n++) {
		sent = send(client, spaces, sizeof(spaces), MSG_NOSIGNAL | MSG_DONTWAIT);
		run();
	}
	assert_true(sent < 0);
	assert_null(reply());
}

static int connect_client(void **state)
{
	(void)state;
	used = 0;
	client = unix_socket_connect(path, SOCK_STREAM, 0);
	run();
	return client < 0 ? -1 : 0;
}

static int disconnect_client(void **state)
{
	(void)state;
	close(client);
	run();
	return 0;
}

static int enter(void **state)
{
	struct error err;

	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/sock", directory);
	setenv("VIMO_SOCKET", path, 1);
	setenv("VIMO_RUN_DIR", directory, 1);
	setenv("VIMO_STATE_DIR", directory, 1);
	guests.loop = uv_default_loop();
	return listen_start(uv_default_loop(), methods_dispatch, &api, &err);
}

static int leave(void **state)
{
	(void)state;
	unlink(path);
	snprintf(path, sizeof(path), "%s/vimod-ro.sock", directory);
	unlink(path);
	return rmdir(directory);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, connect_client, disconnect_client)
	const struct CMUnitTest tests[] = {
		TEST(a_call_without_its_guest_is_answered_once), TEST(a_call_comes_in_pieces),
		TEST(calls_are_answered_in_their_order),         TEST(a_frame_that_is_not_a_call_ends_the_connection),
		TEST(an_empty_frame_ends_the_connection),        TEST(a_call_without_an_end_is_cut),
	};

	return cmocka_run_group_tests_name("methods", tests, enter, leave);
}
