// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_nbd.c - URIs of NBD servers. Links: toolstack/nbd.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "config/nbd.h"

static struct nbd_uri uri;

static void parse(const char *text)
{
	struct error err;

	assert_true(nbd_is_uri(text));
	if (nbd_parse(text, &uri, &err))
		fail_msg("%s: %s", text, err.text);
}

static void a_server_on_the_network(void **state)
{
	(void)state;
	parse("nbd://10.0.0.1/");
	assert_string_equal(uri.address, "10.0.0.1");
	assert_string_equal(uri.port, "10809");
	assert_string_equal(uri.export, "");
	parse("nbd://10.0.0.1");
	assert_string_equal(uri.export, "");
	parse("nbd://10.0.0.1:2000/a/b%20c");
	assert_string_equal(uri.port, "2000");
	assert_string_equal(uri.export, "a/b c");
	parse("nbd://[fe80::1]:2000/x");
	assert_string_equal(uri.address, "fe80::1");
	parse("nbd://[::1]/x");
	assert_string_equal(uri.port, "10809");
	assert_string_equal(uri.path, "");
}

static void a_server_behind_a_socket(void **state)
{
	(void)state;
	parse("nbd+unix:///?socket=/run/nbd/sock");
	assert_string_equal(uri.path, "/run/nbd/sock");
	assert_string_equal(uri.export, "");
	assert_string_equal(uri.address, "");
	parse("nbd+unix:///disk%3f1?socket=/run/my%20nbd");
	assert_string_equal(uri.export, "disk?1");
	assert_string_equal(uri.path, "/run/my nbd");
}

static void what_is_none_is_refused(void **state)
{
	static const char *const wrong[] = {
		"nbd://",
		"nbd:///x",
		"nbd://localhost/",
		"nbd://10.0.0.1:/",
		"nbd://10.0.0.1:123456/",
		"nbd://10.0.0.1:http/",
		"nbd://[::1/x",
		"nbd://[::1]x/",
		"nbd://::1/",
		"nbd://10.0.0.1/%4",
		"nbd://10.0.0.1/%zz",
		"nbd://10.0.0.1/%00",
		"nbd://10.0.0.1/x?tls=1",
		"nbd+unix://host/x?socket=/a",
		"nbd+unix:///x",
		"nbd+unix:///x?socket=",
		"nbd+unix:///x?socket=a",
		"nbd+unix:///x?socket=/a/",
	};
	char text[400] = "nbd+unix:///?socket=/", *end = text + strlen(text);
	struct error err;

	(void)state;
	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++)
		if (!nbd_parse(wrong[n], &uri, &err))
			fail_msg("%s is taken", wrong[n]);
	assert_non_null(strstr(err.text, "write nbd://ADDRESS"));
	assert_false(nbd_is_uri("/nbd://10.0.0.1"));
	/* Longest path, and one more. */
	memset(end, 'x', sizeof(uri.path) - 2);
	parse(text);
	end[sizeof(uri.path) - 2] = 'x';
	assert_int_equal(nbd_parse(text, NULL, &err), -1);
	memset(text, 0, sizeof(text));
	strcpy(text, "nbd://1.1.1.1/");
	memset(text + strlen(text), 'x', NBD_EXPORT_BYTES);
	assert_int_equal(nbd_parse(text, NULL, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_on_the_network),
		cmocka_unit_test(a_server_behind_a_socket),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests_name("nbd", tests, NULL, NULL);
}
