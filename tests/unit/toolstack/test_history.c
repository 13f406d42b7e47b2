// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_history.c - entries are written in their order and read as they were; the file has a limit, and what a crash or
 * a stranger left in it is skipped.
 */
#include "guest/history.h"
#include "guest/saving.h"
#include "json.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_history.XXXXXX";
static struct guests guests = { .device = -1, .boot_id = 1 };
static struct guest guest = { .guests = &guests, .config = { .name = "g" }, .domain = 7 };

/* There is no hypervisor. */
int device_open(struct error *err)
{
	return error_set(err, ERROR_FAILED, "no device");
}

static void settle(void)
{
	while (saving_pending())
		uv_run(uv_default_loop(), UV_RUN_ONCE);
}

static json_object *read_all(void)
{
	struct error err;
	json_object *list;

	settle();
	list = history_read("g", &err);
	if (!list)
		fail_msg("%s", err.text);
	return list;
}

static void expect_last(size_t count, const char *event, const char *kind)
{
	json_object *list = read_all(), *last;

	assert_int_equal(json_object_array_length(list), count);
	last = json_object_array_get_idx(list, count - 1);
	assert_string_equal(json_string(last, "event"), event);
	assert_int_equal(json_number(last, "id", 0), 7);
	if (kind)
		assert_string_equal(json_string(last, "kind"), kind);
	json_object_put(list);
}

static void end(enum cause_kind kind)
{
	guest_cause(&guest, kind, "of kind %d", kind);
	history_ended(&guest, "destroy");
	settle();
}

static int forget(void **state)
{
	(void)state;
	unlink("history/g.jsonl");
	guests.first = NULL;
	guests.boot_id = 1;
	guests.loop = uv_default_loop();
	return 0;
}

static void starts_and_ends_are_kept(void **state)
{
	json_object *list, *last;

	(void)state;
	history_started(&guest);
	expect_last(1, "started", NULL);
	guest_asked(&guest, "uid 0, pid 1: vimoctl \033[2J");
	end(CAUSE_DESTROYED);
	expect_last(2, "ended", "destroyed");
	list = read_all();
	last = json_object_array_get_idx(list, 1);
	assert_string_equal(json_string(last, "cause"), "of kind 6");
	assert_string_equal(json_string(last, "asked"), "uid 0, pid 1: vimoctl ?[2J");
	json_object_put(list);
	guest.asked[0] = 0;
}

static void a_guest_ran_if_dom0_ended_it(void **state)
{
	(void)state;
	assert_false(history_ran("g"));
	for (enum cause_kind kind = 0; kind < CAUSE_KINDS; kind++) {
		history_started(&guest);
		settle();
		assert_false(history_ran("g"));
		end(kind);
		assert_int_equal(history_ran("g"), kind == CAUSE_HOST_SHUTDOWN || kind == CAUSE_HOST_LOST);
	}
}

static void a_guest_that_ran_as_dom0_ended_has_ended(void **state)
{
	(void)state;
	history_started(&guest);
	guests.first = &guest; /* it was adopted */
	history_settle(&guests);
	expect_last(1, "started", NULL);
	guests.first = NULL;
	history_settle(&guests); /* in the same life of dom0 */
	expect_last(2, "ended", "unknown");
	assert_false(history_ran("g"));
	history_started(&guest);
	settle();
	guests.boot_id = 2;
	history_settle(&guests);
	expect_last(4, "ended", "host_lost");
	assert_true(history_ran("g"));
	history_settle(&guests);
	expect_last(4, "ended", "host_lost");
}

static void put(const char *text)
{
	FILE *file = fopen("history/g.jsonl", "a");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void a_line_cut_by_a_crash_costs_itself_alone(void **state)
{
	(void)state;
	history_started(&guest);
	settle();
	put("{\"time\":1,\"event\":\"en");
	end(CAUSE_POWEROFF);
	expect_last(2, "ended", "poweroff");
}

static void a_strange_line_is_skipped_or_cleaned(void **state)
{
	static const char *const lines[] = {
		"\n",
		"null\n",
		"[]\n",
		"{}\n",
		"{\"event\":7}\n",
		"{\"event\":\"began\"}\n",
		"\xff\xfe\n",
		"{\"event\":\"started\"}{}\n",
	};

	(void)state;
	history_started(&guest);
	settle();
	for (size_t n = 0; n < sizeof(lines) / sizeof(lines[0]); n++)
		put(lines[n]);
	expect_last(1, "started", NULL);
	put("{\"event\":\"ended\",\"id\":7,\"kind\":\"no\",\"cause\":[],\"next\":1,\"log\":[7,\"\\u001b\"],\"x\":1}\n");
	expect_last(2, "ended", "unknown");
	assert_false(history_ran("g"));
	assert_int_equal(chmod("history/g.jsonl", 0666), 0);
	assert_null(history_read("g", &(struct error){ 0 }));
}

static void a_history_has_a_limit(void **state)
{
	struct stat status;

	(void)state;
	memset(guest.asked, 'a', sizeof(guest.asked) - 1);
	for (unsigned int n = 0; n < 1000; n++)
		history_ended(&guest, "restart");
	history_started(&guest);
	settle();
	assert_int_equal(stat("history/g.jsonl", &status), 0);
	assert_in_range(status.st_size, 16 << 10, 64 << 10);
	guest.asked[0] = 0;
	end(CAUSE_CRASH);
	assert_int_equal(stat("history/g.jsonl.new", &status), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, forget)
	const struct CMUnitTest tests[] = {
		TEST(starts_and_ends_are_kept),
		TEST(a_guest_ran_if_dom0_ended_it),
		TEST(a_guest_that_ran_as_dom0_ended_has_ended),
		TEST(a_line_cut_by_a_crash_costs_itself_alone),
		TEST(a_strange_line_is_skipped_or_cleaned),
		TEST(a_history_has_a_limit),
	};

	if (!scratch_make(directory, "VIMO_STATE_DIR"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
