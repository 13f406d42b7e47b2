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
static char text[32768]; /* replies that were received and not read */
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

static void a_message_that_is_not_a_call_gets_an_error_and_the_end(void **state)
{
	static const struct {
		const char *message, *parameter;
	} rows[] = {
		{ "", "call" },
		{ "hello", "call" },
		{ "[]", "call" },
		{ "{}{}", "call" },
		{ "{\"method\":\"io.vimo.Domains.List\\xff\"}", "call" },
		{ "{\"method\":\"io.vimo.Domains.List\xff\"}", "call" },
		{ "{\"method\":\"io.vimo.Domains.List\",\"more\\u0000\":true}", "call" },
		{ "{}", "method" },
		{ "{\"method\":7}", "method" },
		{ "{\"method\":null}", "method" },
		{ "{\"method\":\"io.vimo.Domains.List\\u0000\"}", "method" },
		{ "{\"method\":\"io.vimo.Domains.List\",\"parameters\":[]}", "parameters" },
		{ "{\"method\":\"io.vimo.Domains.List\",\"more\":1}", "more" },
		{ "{\"method\":\"io.vimo.Domains.List\",\"oneway\":\"yes\"}", "oneway" },
		{ "{\"method\":\"io.vimo.Domains.List\",\"upgrade\":\"no\"}", "upgrade" },
		{ "{\"method\":\"io.vimo.Domains.List\",\"color\":1}", "color" },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		send_frame(rows[n].message);
		expect_error("org.varlink.service.InvalidParameter", rows[n].parameter);
		assert_true(is_closed());
		disconnect_client(state);
		connect_client(state);
	}
}

static void a_call_that_is_too_large_gets_an_error_and_the_end(void **state)
{
	static char spaces[65536];

	(void)state;
	memset(spaces, ' ', sizeof(spaces));
	for (unsigned int n = 0; n < 64; n++) { /* 4 MiB: the client can send all, then reads */
		assert_int_equal(send(client, spaces, sizeof(spaces), MSG_NOSIGNAL), sizeof(spaces));
		run();
	}
	expect_error("org.varlink.service.InvalidParameter", "call");
	assert_true(is_closed());
	disconnect_client(state);
	connect_client(state);
	memset(spaces, '[', sizeof(spaces) - 1);
	send_bytes(spaces, sizeof(spaces) - 1);
	send_bytes("", 1);
	expect_error("org.varlink.service.InvalidParameter", "call");
	assert_true(is_closed());
}

static void a_client_may_send_little_after_its_end(void **state)
{
	static char spaces[65536];
	ssize_t sent = 1;

	(void)state;
	send_frame("");
	for (unsigned int n = 0; n < 400 && sent > 0; n++) {
		sent = send(client, spaces, sizeof(spaces), MSG_NOSIGNAL | MSG_DONTWAIT);
		run();
	}
	assert_true(sent < 0);
}

static void a_client_that_ends_its_side_gets_its_replies(void **state)
{
	static const char calls[] = "{\"method\":\"io.vimo.Domains.List\"}\0"
				    "{\"method\":\"io.vimo.Domains.Undefine\",\"parameters\":{\"name\":\"g\"}}\0"
				    "{\"method\":\"io.vimo.Domains.List\"}";

	(void)state;
	send_bytes(calls, sizeof(calls));
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	expect_reply();
	expect_error("io.vimo.Domains.NotFound", NULL);
	expect_reply();
	assert_true(is_closed());
}

static void a_monitor_ends_with_its_client(void **state)
{
	(void)state;
	send_frame("{\"method\":\"io.vimo.Events.Monitor\",\"more\":true}");
	expect_reply();
	assert_non_null(api.monitors.first);
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	assert_true(is_closed());
}

static void oneway_gets_no_reply(void **state)
{
	(void)state;
	send_frame("{\"method\":\"io.vimo.Domains.List\",\"oneway\":true}");
	send_frame("{\"method\":\"io.vimo.Domains.Info\",\"oneway\":true}");
	send_frame("{\"method\":\"io.vimo.Events.Monitor\",\"oneway\":true,\"more\":true}");
	send_frame("{\"method\":\"no.such.Method\",\"oneway\":true}");
	assert_null(reply());
	assert_null(api.monitors.first);
	send_frame("{\"method\":\"io.vimo.Domains.List\",\"oneway\":false,\"upgrade\":false}");
	expect_reply();
	assert_null(reply());
	send_frame("{\"method\":7,\"oneway\":true}");
	assert_null(reply());
	assert_true(is_closed());
}

static void names_and_kinds_of_calls_have_their_errors(void **state)
{
	static const struct {
		const char *message, *error, *member, *value;
	} rows[] = {
		{ "{\"method\":\"io.vimo.List\"}", "InterfaceNotFound", "interface", "io.vimo" },
		{ "{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":\"io\"}}",
		  "InterfaceNotFound", "interface", "io" },
		{ "{\"method\":\"io.vimo.Domains.Lis\"}", "MethodNotFound", "method", "io.vimo.Domains.Lis" },
		{ "{\"method\":\"io.vimo.Domains.Guest\"}", "MethodNotFound", "method", "io.vimo.Domains.Guest" },
		{ "{\"method\":\"List\"}", "MethodNotFound", "method", "List" },
		{ "{\"method\":\"\"}", "MethodNotFound", "method", "" },
		{ "{\"method\":\".\"}", "InterfaceNotFound", "interface", "" },
		{ "{\"method\":\"io.vimo.Events.Monitor\"}", "ExpectedMore", NULL, NULL },
		{ "{\"method\":\"io.vimo.Domains.List\",\"upgrade\":true}", "InvalidParameter", "parameter",
		  "upgrade" },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		json_object *json, *parameters;
		char error[64];

		send_frame(rows[n].message);
		json = reply();
		snprintf(error, sizeof(error), "org.varlink.service.%s", rows[n].error);
		assert_string_equal(json_string(json, "error"), error);
		assert_true(json_object_object_get_ex(json, "parameters", &parameters));
		assert_non_null(json_string(parameters, "message"));
		if (rows[n].member)
			assert_string_equal(json_string(parameters, rows[n].member), rows[n].value);
		json_object_put(json);
	}
}

static void every_interface_is_listed_and_described(void **state)
{
	json_object *json, *parameters, *list;
	const struct interface *interface = interfaces_all();
	char frame[160];

	(void)state;
	send_frame("{\"method\":\"org.varlink.service.GetInfo\"}");
	json = reply();
	assert_true(json_object_object_get_ex(json, "parameters", &parameters));
	assert_true(json_object_object_get_ex(parameters, "interfaces", &list));
	for (size_t n = 0; n < json_object_array_length(list); n++, interface = interface->next)
		assert_string_equal(json_object_get_string(json_object_array_get_idx(list, n)), interface->name);
	assert_null(interface);
	json_object_put(json);
	for (interface = interfaces_all(); interface; interface = interface->next) {
		snprintf(
			frame, sizeof(frame),
			"{\"method\":\"org.varlink.service.GetInterfaceDescription\",\"parameters\":{\"interface\":\"%s\"}}",
			interface->name);
		send_frame(frame);
		json = reply();
		assert_true(json_object_object_get_ex(json, "parameters", &parameters));
		assert_string_equal(json_string(parameters, "description"), interface->text);
		json_object_put(json);
	}
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
		TEST(a_call_without_its_guest_is_answered_once),
		TEST(a_call_comes_in_pieces),
		TEST(calls_are_answered_in_their_order),
		TEST(a_message_that_is_not_a_call_gets_an_error_and_the_end),
		TEST(a_call_that_is_too_large_gets_an_error_and_the_end),
		TEST(a_client_may_send_little_after_its_end),
		TEST(oneway_gets_no_reply),
		TEST(a_client_that_ends_its_side_gets_its_replies),
		TEST(a_monitor_ends_with_its_client),
		TEST(names_and_kinds_of_calls_have_their_errors),
		TEST(every_interface_is_listed_and_described),
	};

	return cmocka_run_group_tests_name("methods", tests, enter, leave);
}
