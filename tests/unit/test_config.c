// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_config.c - guest.cfg, right and wrong: each message names line, key and remedy.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* libconfig 1.5's scanner forgets the text of a string that does not end. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so\n";
}

#define GOOD "name = \"g1\"\nkernel = \"/boot/Image\"\n"

static void a_short_file_gets_defaults(void **state)
{
	struct guest_config config;
	struct error err;
	json_object *json = config_parse(GOOD, "g1.cfg", "/", NULL, &err);

	(void)state;
	assert_non_null(json);
	assert_int_equal(config_check(json, &config, &err), 0);
	assert_string_equal(config.name, "g1");
	assert_string_equal(config.kernel, "/boot/Image");
	assert_string_equal(config.ramdisk, "");
	assert_int_equal(config.memory_bytes, 128 << 20);
	assert_int_equal(config.vcpus, 1);
	assert_int_equal(config.weight, 256);
	assert_int_equal(config.on_poweroff, ACTION_DESTROY);
	assert_int_equal(config.on_reboot, ACTION_RESTART);
	assert_int_equal(config.on_crash, ACTION_DESTROY);
	assert_int_equal(strlen(config.uuid), 36);
	json_object_put(json);
}

static void every_key_goes_round(void **state)
{
	static const char text[] = "name = \"a-b_c.9\"; uuid = \"00112233-4455-6677-8899-aabbccddeeff\";\n"
				   "kernel = \"Image\"\nramdisk = \"/r\"\nextra = \"console=hvc0\"\nmemory = 4096\n"
				   "vcpus = 8\ncpu_weight = 1\non_poweroff = \"preserve\"\non_reboot = \"destroy\"\n"
				   "on_crash = \"restart\"\n";
	struct guest_config config, again;
	struct error err;
	json_object *json = config_parse(text, "g1.cfg", "/home/u", NULL, &err), *copy;

	(void)state;
	assert_non_null(json);
	assert_int_equal(config_check(json, &config, &err), 0);
	assert_string_equal(config.kernel, "/home/u/Image");
	assert_int_equal(config.memory_bytes, 4096ull << 20);
	assert_int_equal(config.on_crash, ACTION_RESTART);
	copy = config_to_json(&config);
	assert_int_equal(config_check(copy, &again, &err), 0);
	assert_string_equal(json_object_to_json_string(json), json_object_to_json_string(copy));
	assert_memory_equal(config.uuid, again.uuid, sizeof(config.uuid));
	json_object_put(copy);
	json_object_put(json);
}

static const struct {
	const char *text, *key, *message;
} wrong[] = {
	{ "kernel = \"/k\"\n", "name", "\"name\" is missing" },
	{ "name = \"g\"\n", "kernel", "\"kernel\" is missing" },
	{ GOOD "memmory = 1\n", "memmory", "w.cfg:3: unknown key \"memmory\": did you mean \"memory\"" },
	{ GOOD "initrd = \"/i\"\n", "initrd", "use \"ramdisk\"" },
	{ GOOD "disk = \"/d\"\n", "disk", "not supported" },
	{ GOOD "\nmemory = \"1\"\n", "memory", "w.cfg:4: memory must be a whole number" },
	{ GOOD "memory = 1.5\n", "memory", "whole number" },
	{ GOOD "memory = 0\n", "memory", "out of range" },
	{ GOOD "memory = -1\n", "memory", "out of range" },
	{ GOOD "memory = 262145\n", "memory", "out of range" },
	{ GOOD "memory = 9223372036854775807L\n", "memory", "out of range" },
	{ GOOD "vcpus = 65\n", "vcpus", "out of range" },
	{ GOOD "cpu_weight = 65536\n", "cpu_weight", "out of range" },
	{ GOOD "on_crash = \"explode\"\n", "on_crash", "destroy, restart or preserve" },
	{ GOOD "on_crash = true\n", "on_crash", "text in double quotes" },
	{ GOOD "uuid = \"1234\"\n", "uuid", "not of the form" },
	{ GOOD "extra = \"a\\nb\"\n", "extra", "control character" },
	{ "name = \"../g\"\nkernel = \"/k\"\n", "name", "not usable" },
	{ "name = \"\"\nkernel = \"/k\"\n", "name", "" },
	{ "name = \".g\"\nkernel = \"/k\"\n", "name", "not usable" },
	{ "name = g\nkernel = \"/k\"\n", "", "w.cfg:1: " },
	{ GOOD "memory = \n", "", "w.cfg:" },
	{ "@include \"/etc/shadow\"\n", "", "@include is not supported" },
	{ GOOD " \t@include \"/etc/shadow\"\n", "", "@include is not supported" },
};

static void a_wrong_file_is_refused_by_line_and_key(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
		struct error err = { 0 };

		if (config_parse(wrong[n].text, "w.cfg", "/", NULL, &err))
			fail_msg("accepted: %s", wrong[n].text);
		if (strcmp(err.key, wrong[n].key) || !strstr(err.text, wrong[n].message) || strchr(err.text, '\n'))
			fail_msg("%s: key \"%s\", %s", wrong[n].text, err.key, err.text);
	}
}

static void a_name_has_63_characters_at_most(void **state)
{
	char text[200], name[80];
	struct error err;
	json_object *json;

	(void)state;
	memset(name, 'n', sizeof(name));
	name[63] = '\0';
	snprintf(text, sizeof(text), "name = \"%s\"\nkernel = \"/k\"\n", name);
	json = config_parse(text, "n.cfg", "/", NULL, &err);
	assert_non_null(json);
	json_object_put(json);
	name[63] = 'n';
	name[64] = '\0';
	snprintf(text, sizeof(text), "name = \"%s\"\nkernel = \"/k\"\n", name);
	assert_null(config_parse(text, "n.cfg", "/", NULL, &err));
}

static void too_long_text_is_refused(void **state)
{
	static char text[8192];
	struct error err;

	(void)state;
	snprintf(text, sizeof(text), GOOD "extra = \"%04000d\"\n", 0);
	assert_null(config_parse(text, "n.cfg", "/", NULL, &err));
	assert_string_equal(err.key, "extra");
	snprintf(text, sizeof(text), "name = \"g\"\nkernel = \"/%05000d\"\n", 0);
	assert_null(config_parse(text, "n.cfg", "/", NULL, &err));
	assert_string_equal(err.key, "kernel");
}

/* What a client could send past vimoctl. */
static void hostile_json_is_refused(void **state)
{
	static const char *const texts[] = {
		"[]",
		"null",
		"7",
		"{\"name\":\"g\",\"kernel\":\"relative\"}",
		"{\"name\":\"g\",\"kernel\":7}",
		"{\"name\":\"g\\u0000x\",\"kernel\":\"/k\"}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"memory\":null}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"vcpus\":1e300}",
		"{\"name\":{},\"kernel\":\"/k\"}",
		"{\"name\":\"g\",\"kernel\":\"/k\",\"\":1}",
	};

	(void)state;
	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		json_object *json = json_tokener_parse(texts[n]);
		struct guest_config config;
		struct error err;

		if (!config_check(json, &config, &err))
			fail_msg("accepted: %s", texts[n]);
		json_object_put(json);
	}
}

static void any_text_ends_in_an_object_or_an_error(void **state)
{
	static const char pieces[][12] = { "name", "=",      "\"g\"", "kernel",   "\n", "{",  "}",        "(",
					   ")",    "memory", "7",     ";",        "\"", "/*", "@include", "0x",
					   "\\",   "[",      "]",     "on_crash", ":",  "#",  "," };
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[256] = "";
		struct error err = { 0 };
		json_object *json;

		for (int n = 0; n < 12; n++) {
			seed = seed * 1103515245u + 12345u;
			strcat(text, pieces[(seed >> 16) % (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		json = config_parse(text, "f.cfg", "/", NULL, &err);
		assert_true(json || err.text[0]);
		json_object_put(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_short_file_gets_defaults),
		cmocka_unit_test(every_key_goes_round),
		cmocka_unit_test(a_wrong_file_is_refused_by_line_and_key),
		cmocka_unit_test(a_name_has_63_characters_at_most),
		cmocka_unit_test(too_long_text_is_refused),
		cmocka_unit_test(hostile_json_is_refused),
		cmocka_unit_test(any_text_ends_in_an_object_or_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
