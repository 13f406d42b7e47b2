// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_settings.c - vimod.conf's defaults: guest.cfg gets them where it is silent, with the checks of its own keys.
 */
#include "config/settings.h"
#include "config/config.h"
#include "config/file.h"
#include "config/spec.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define GUEST "name = \"g\"\nkernel = \"/k\"\n"
#define ALL "bridge = \"br7\"\nstorage_directory = \"/srv/images\"\non_poweroff = \"preserve\"\non_crash = 'restart'\n"

static char directory[] = "/tmp/test_settings.XXXXXX";
static struct settings settings;
static struct guest_config config;
static struct error err;

/* Return: as settings_read(). */
static int read_settings(const char *text)
{
	FILE *file = fopen("vimod.conf", "w");

	fputs(text, file);
	fclose(file);
	chmod("vimod.conf", 0644);
	return settings_read(&settings, &err);
}

/* Return: 0, or -1 with the first error in err. */
static int parse(const char *text)
{
	const struct config_source source = {
		.text = text, .file = "g.cfg", .cwd = "/home/u", .defaults = &settings.defaults
	};
	struct findings findings;
	json_object *json = config_parse(&source, &findings, NULL);
	int result = json ? config_check(json, &config, &err) : -1;

	if (!json)
		err = findings.first;
	findings_end(&findings);
	json_object_put(json);
	return result;
}

static void defaults_fill_what_is_open(void **state)
{
	(void)state;
	assert_int_equal(read_settings(ALL), 0);
	assert_int_equal(parse(GUEST "disk = [ 'a/web.img,raw' ]\nvif = [ '', 'mtu=1400' ]\n"), 0);
	assert_int_equal(config.on_poweroff, ACTION_PRESERVE);
	assert_int_equal(config.on_reboot, ACTION_RESTART);
	assert_int_equal(config.on_crash, ACTION_RESTART);
	assert_string_equal(config.disk[0].target, "/srv/images/a/web.img");
	assert_string_equal(config.vif[0].bridge, "br7");
	assert_string_equal(config.vif[1].bridge, "br7");
	/* Groups, too. Other paths start where they did. */
	assert_int_equal(parse("name = \"g\"\nkernel = \"k\"\ndisk = ( { target = \"web.img\"; format = \"raw\"; } )\n"
			       "vif = ( { mtu = 1400; } )\n"),
			 0);
	assert_string_equal(config.kernel, "/home/u/k");
	assert_string_equal(config.disk[0].target, "/srv/images/web.img");
	assert_string_equal(config.vif[0].bridge, "br7");
}

static void given_keys_stay(void **state)
{
	(void)state;
	assert_int_equal(read_settings(ALL), 0);
	assert_int_equal(
		parse(GUEST
		      "on_crash = \"destroy\"\ndisk = [ '/a/web.img,raw', 'nbd://10.0.0.1/x' ]\n"
		      "vif = [ 'bridge=br1', 'backend=user', 'backend=vhost-user,socket=/s', 'backend=bridge' ]\n"),
		0);
	assert_int_equal(config.on_crash, ACTION_DESTROY);
	assert_string_equal(config.disk[0].target, "/a/web.img");
	assert_string_equal(config.disk[1].target, "nbd://10.0.0.1/x");
	assert_string_equal(config.vif[0].bridge, "br1");
	assert_string_equal(config.vif[1].bridge, "");
	assert_string_equal(config.vif[2].bridge, "");
	assert_string_equal(config.vif[3].bridge, "br7");
	/* A wrong back end is reported, and gets no bridge. */
	assert_int_equal(parse(GUEST "vif = ( { backend = 7; } )\n"), -1);
	assert_non_null(strstr(err.text, "backend"));
}

static void without_them_all_is_as_before(void **state)
{
	(void)state;
	assert_int_equal(read_settings(""), 0);
	assert_int_equal(parse(GUEST "disk = [ 'web.img,raw' ]\n"), 0);
	assert_int_equal(config.on_poweroff, ACTION_DESTROY);
	assert_int_equal(config.on_reboot, ACTION_RESTART);
	assert_int_equal(config.on_crash, ACTION_DESTROY);
	assert_string_equal(config.disk[0].target, "/home/u/web.img");
	assert_int_equal(parse(GUEST "vif = [ '' ]\n"), -1);
	assert_non_null(strstr(err.text, "bridge"));
	unlink("vimod.conf");
	assert_int_equal(settings_read(&settings, &err), 0);
	assert_int_equal(settings.defaults.on_reboot, ACTION_RESTART);
}

static void wrong_defaults_are_refused_by_line(void **state)
{
	static const struct {
		const char *text, *message;
	} wrong[] = {
		{ "\nbridge = \"br 7\"\n", "vimod.conf:2: " },
		{ "bridge = 7\n", "bridge" },
		{ "storage_directory = \"images\"\n", "storage_directory" },
		{ "on_crash = \"reboot\"\n", "destroy, restart" },
		{ "on_reboot = 1\n", "on_reboot" },
		{ "bridge = \"br0\"\nbridge = \"br1\"\n", "vimod.conf:2: " },
		{ "brigde = \"br0\"\n", "bridge" },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
		assert_int_equal(read_settings(wrong[n].text), -1);
		if (!strstr(err.text, wrong[n].message))
			fail_msg("%s: %s", wrong[n].text, err.text);
	}
}

static int enter(void **state)
{
	(void)state;
	setenv("VIMO_CONFIG", "vimod.conf", 1);
	return scratch_make(directory, NULL) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_fill_what_is_open),
		cmocka_unit_test(given_keys_stay),
		cmocka_unit_test(without_them_all_is_as_before),
		cmocka_unit_test(wrong_defaults_are_refused_by_line),
	};

	return cmocka_run_group_tests_name("settings", tests, enter, scratch_remove);
}
