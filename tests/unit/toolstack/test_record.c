// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_record.c - a record is taken as it was written, or refused with its reason and kept.
 */
#include "base/store.h"
#include "guest/adopt.h"
#include "guest/record.h"
#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_record.XXXXXX";
static struct guests guests;
static struct record record;

#define GOOD                                                                                                           \
	"\"version\":1,\"domain\":7,\"slots\":6,\"boot_id\":-5,\"state\":\"paused\",\"cause\":\"x\",\"restart\":true," \
	"\"reboot\":false,"
#define CONFIG "\"config\":{\"name\":\"g\",\"kernel\":\"/k\",\"disk\":[{\"target\":\"/d\",\"slot\":5}]}"

static int parse(const char *name, const char *text, struct error *err)
{
	json_object *json = json_tokener_parse(text);
	int result;

	assert_non_null(json);
	result = record_parse(name, json, &record, err);
	json_object_put(json);
	return result;
}

static void all_values_are_taken(void **state)
{
	struct error err;

	(void)state;
	if (parse("g", "{" GOOD CONFIG "}", &err))
		fail_msg("%s", err.text);
	assert_int_equal(record.state, GUEST_PAUSED);
	assert_int_equal(record.domain, 7);
	assert_int_equal(record.slots, 6);
	assert_int_equal(record.boot_id, (uint64_t)-5);
	assert_true(record.restart);
	assert_false(record.reboot);
	assert_string_equal(record.cause, "x");
	assert_string_equal(record.config.disk[0].target, "/d");
}

/* By CLOCK_MONOTONIC; the release before did not write it. */
static void the_time_of_its_start_is_kept(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(parse("g", "{" GOOD "\"started_ms\":12345," CONFIG "}", &err), 0);
	assert_int_equal(record.started_ms, 12345);
	assert_int_equal(parse("g", "{" GOOD "\"started_ms\":-1," CONFIG "}", &err), 0);
	assert_int_equal(record.started_ms, 0);
	assert_int_equal(parse("g", "{" GOOD CONFIG "}", &err), 0);
	assert_int_equal(record.started_ms, 0);
}

static void a_wrong_member_is_refused(void **state)
{
	/* The member that is put in the place of a good one, and the word that the reason has. */
	static const char *const cases[][2] = {
		{ "\"version\":2", "version" },
		{ "\"version\":\"1\"", "version" },
		{ "\"domain\":0", "domain" },
		{ "\"domain\":-1", "domain" },
		{ "\"domain\":256", "domain" },
		{ "\"domain\":4294967303", "domain" },
		{ "\"domain\":\"7\"", "domain" },
		{ "\"slots\":3", "slots" },
		{ "\"slots\":5", "slots" }, /* the disk is in slot 5 */
		{ "\"slots\":33", "slots" },
		{ "\"slots\":4294967302", "slots" },
		{ "\"slots\":null", "slots" },
		{ "\"boot_id\":\"x\"", "boot_id" },
		{ "\"boot_id\":1.5", "boot_id" },
		{ "\"state\":\"new\"", "state" },
		{ "\"state\":\"\"", "state" },
		{ "\"state\":4", "state" },
		{ "\"cause\":[]", "cause" },
		{ "\"restart\":1", "restart" },
		{ "\"reboot\":\"true\"", "reboot" },
		{ "\"config\":[]", "config" },
		{ "\"config\":{\"name\":\"h\",\"kernel\":\"/k\"}", "another name" },
		{ "\"config\":{\"name\":\"../g\",\"kernel\":\"/k\"}", "name" },
		{ "\"config\":{\"name\":\"g\"}", "kernel" },
		{ "\"config\":{\"name\":\"g\",\"kernel\":\"/k\",\"other\":1}", "other" },
		{ "\"config\":{\"name\":\"g\",\"kernel\":\"/k\",\"disk\":[{\"target\":\"/d\",\"slot\":32}]}", "slot" },
	};

	(void)state;
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		char text[1024];
		struct error err = { 0 };

		/* The last member of a name counts. */
		snprintf(text, sizeof(text), "{" GOOD CONFIG ",%s}", cases[n][0]);
		if (!parse("g", text, &err) || !strstr(err.text, cases[n][1]))
			fail_msg("%s: %s", cases[n][0], err.text);
	}
}

static void a_missing_member_is_refused(void **state)
{
	static const char *const keys[] = { "version", "domain",  "slots",  "boot_id", "state",
					    "cause",   "restart", "reboot", "config" };

	(void)state;
	for (size_t n = 0; n < sizeof(keys) / sizeof(keys[0]); n++) {
		json_object *json = json_tokener_parse("{" GOOD CONFIG "}");
		struct error err;

		json_object_object_del(json, keys[n]);
		assert_int_equal(record_parse("g", json, &record, &err), -1);
		assert_non_null(strstr(err.text, keys[n]));
		json_object_put(json);
	}
}

static void a_guest_that_ends_needs_no_domain(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(parse("g", "{" GOOD CONFIG ",\"state\":\"ending\",\"domain\":0}", &err), 0);
	assert_int_equal(parse("g", "{" GOOD CONFIG ",\"state\":\"ending\",\"domain\":-1}", &err), -1);
	assert_int_equal(parse("g", "{" GOOD CONFIG ",\"state\":\"building\",\"domain\":0}", &err), -1);
}

static void a_cause_is_one_printable_line(void **state)
{
	char text[2048], cause[400] = "";
	struct error err;

	(void)state;
	assert_int_equal(parse("g", "{" GOOD CONFIG ",\"cause\":\"a\\u001b[2Jb\\n\"}", &err), 0);
	assert_string_equal(record.cause, "a?[2Jb?");
	memset(cause, 'a', 256);
	snprintf(text, sizeof(text), "{" GOOD CONFIG ",\"cause\":\"%s\"}", cause);
	assert_int_equal(parse("g", text, &err), -1);
	cause[255] = '\0';
	snprintf(text, sizeof(text), "{" GOOD CONFIG ",\"cause\":\"%s\"}", cause);
	assert_int_equal(parse("g", text, &err), 0);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static const char *file(void)
{
	return store_record("g", "domain.json");
}

static void what_is_written_is_read(void **state)
{
	struct guest *guest, *next;
	struct error err;

	(void)state;
	assert_int_equal(parse("g", "{" GOOD CONFIG "}", &err), 0);
	guest = guest_new(&guests, &record.config);
	guest->state = GUEST_RUNNING;
	guest->domain = 9;
	guest->slots = 12;
	guest->reboot = true;
	memset(guest->cause, 'a', sizeof(guest->cause) - 1);
	memcpy(guest->cause + sizeof(guest->cause) - 2, "\xc3", 2); /* cut within a character */
	assert_int_equal(record_write(guest, &err), 0);
	next = record_read(&guests, "g");
	assert_non_null(next);
	assert_int_equal(next->recorded, GUEST_RUNNING);
	assert_int_equal(next->domain, 9);
	assert_int_equal(next->slots, 12);
	assert_true(next->reboot);
	assert_int_equal(strlen(next->cause), sizeof(next->cause) - 1);
	guest_unlist(next);
	free(next);
	/* In another life of dom0 the number is another domain's. */
	guests.boot_id++;
	next = record_read(&guests, "g");
	assert_int_equal(next->domain, 0);
	guest_unlist(next);
	free(next);
	guest_unlist(guest);
	free(guest);
}

static void assert_kept(void)
{
	struct stat status;

	assert_null(record_read(&guests, "g"));
	assert_null(guests.first);
	assert_int_equal(lstat(file(), &status), 0);
	assert_true(store_exists("g"));
}

static void a_refused_record_is_kept(void **state)
{
	static char large[(4 << 20) + 2];

	(void)state;
	put(file(), "{\"version\":1}");
	assert_kept();
	put(file(), "");
	assert_kept();
	put(file(), "{" GOOD CONFIG "} {}");
	assert_kept();
	put(file(), "[]");
	assert_kept();
	memset(large, ' ', sizeof(large) - 1);
	put(file(), large);
	assert_kept();
	put(file(), "{" GOOD CONFIG "}");
	assert_int_equal(chmod(file(), 0622), 0);
	assert_kept();
	assert_int_equal(chmod(file(), 0600), 0);
	if (!geteuid()) {
		assert_int_equal(chown(file(), 1, 1), 0);
		assert_kept();
	}
	assert_int_equal(rename(file(), "other"), 0);
	if (!geteuid())
		assert_int_equal(chown("other", 0, 0), 0);
	assert_int_equal(symlink("../../other", file()), 0);
	assert_kept();
	assert_int_equal(unlink(file()) || mkfifo(file(), 0600), 0);
	assert_kept();
	assert_int_equal(unlink(file()) || mkdir(file(), 0700), 0);
	assert_kept();
	assert_int_equal(rmdir(file()) || unlink("other"), 0);
}

static void a_directory_without_a_record_is_removed(void **state)
{
	(void)state;
	put(store_record("g", "dm.pid"), "1 2\n");
	assert_null(record_read(&guests, "g"));
	assert_false(store_exists("g"));
}

static void only_root_reads_it(void **state)
{
	json_object *json = json_object_new_object();
	struct stat status;
	struct error err;

	(void)state;
	put(store_record("g", "domain.json.new"), "left by a vimod that was killed");
	assert_int_equal(store_write("g", "domain.json", json, &err), 0);
	assert_int_equal(stat(file(), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(stat(store_record("g", ""), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_int_equal(stat("records", &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	json_object_put(json);
}

static void a_directory_of_others_is_not_used(void **state)
{
	struct error err;

	(void)state;
	store_remove("g");
	assert_int_equal(mkdir("records/g", 0700) || chmod("records/g", 0770), 0);
	assert_int_equal(store_make("g", &err), -1);
	assert_int_equal(rmdir("records/g") || symlink("/tmp", "records/g"), 0);
	assert_int_equal(store_make("g", &err), -1);
	assert_int_equal(unlink("records/g"), 0);
	if (!geteuid()) {
		assert_int_equal(mkdir("records/g", 0700) || chown("records/g", 1, 1), 0);
		assert_int_equal(store_make("g", &err), -1);
		assert_int_equal(rmdir("records/g"), 0);
	}
	/* The directory of an older release's causes is closed. */
	assert_int_equal(mkdir("records/g", 0755), 0);
	assert_int_equal(store_make("g", &err), 0);
}

/* A process that a guest of an older release has taken over may have filled it. */
static void a_directory_of_sockets_is_taken_back(void **state)
{
	struct stat status;
	struct error err;

	(void)state;
	assert_int_equal(chmod("guests/g", 0777), 0);
	if (!geteuid())
		assert_int_equal(chown("guests/g", 1, 1), 0);
	assert_int_equal(store_make("g", &err), 0);
	assert_int_equal(stat("guests/g", &status), 0);
	assert_int_equal(status.st_mode & 07777, 0755);
	assert_int_equal(status.st_uid, geteuid());
	assert_int_equal(rmdir("guests/g") || symlink("/tmp", "guests/g"), 0);
	assert_int_equal(store_make("g", &err), -1);
	assert_int_equal(unlink("guests/g"), 0);
}

static int found;

static void find(void *arg, const char *name)
{
	(void)arg;
	assert_string_equal(name, "g");
	found++;
}

static void directories_that_others_can_write_are_not_searched(void **state)
{
	(void)state;
	found = 0;
	store_each(find, NULL);
	assert_int_equal(found, 1);
	assert_int_equal(chmod("records", 0777), 0);
	store_each(find, NULL);
	assert_int_equal(found, 1);
	assert_int_equal(chmod("records", 0700), 0);
}

/* A guest of a release that had records in the directory of vimo-dm's user. */
static void an_older_guest_is_found_and_not_read(void **state)
{
	(void)state;
	found = 0;
	put(store_path("g", "domain.json"), "{" GOOD CONFIG "}");
	store_each_old(find, NULL);
	assert_int_equal(found, 0); /* it has a record */
	assert_int_equal(rmdir("records/g"), 0);
	store_each_old(find, NULL);
	assert_int_equal(found, 1);
	assert_true(store_exists("g")); /* its name is taken */
}

static int fresh(void **state)
{
	struct error err;

	(void)state;
	guests_init(&guests, NULL);
	guests.boot_id = 3;
	return store_make("g", &err);
}

static int enter(void **state)
{
	(void)state;
	return scratch_make(directory, "VIMO_RUN_DIR") ? 0 : -1;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
	const struct CMUnitTest tests[] = {
		TEST(all_values_are_taken),
		TEST(the_time_of_its_start_is_kept),
		TEST(a_wrong_member_is_refused),
		TEST(a_missing_member_is_refused),
		TEST(a_guest_that_ends_needs_no_domain),
		TEST(a_cause_is_one_printable_line),
		TEST(what_is_written_is_read),
		TEST(a_refused_record_is_kept),
		TEST(a_directory_without_a_record_is_removed),
		TEST(only_root_reads_it),
		TEST(a_directory_of_others_is_not_used),
		TEST(a_directory_of_sockets_is_taken_back),
		TEST(directories_that_others_can_write_are_not_searched),
		TEST(an_older_guest_is_found_and_not_read),
	};

	return cmocka_run_group_tests_name("record", tests, enter, scratch_remove);
}
