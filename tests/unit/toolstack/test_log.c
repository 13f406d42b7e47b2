// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_log.c - lines that reach the journal and terminals: printable, and not too many of one guest.
 */
#include "json.h"
#include "log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char logged[64 << 10];
static FILE *file;
static int old;

static void begin(void)
{
	fflush(stderr);
	file = tmpfile();
	old = dup(STDERR_FILENO);
	dup2(fileno(file), STDERR_FILENO);
}

/* Return: the number of lines. */
static unsigned int end(void)
{
	unsigned int lines = 0;
	ssize_t got;

	fflush(stderr);
	dup2(old, STDERR_FILENO);
	close(old);
	got = pread(fileno(file), logged, sizeof(logged) - 1, 0);
	logged[got > 0 ? got : 0] = '\0';
	fclose(file);
	for (const char *c = logged; *c; c++)
		lines += *c == '\n';
	return lines;
}

static void control_characters_are_replaced(void **state)
{
	(void)state;
	begin();
	log_warning("g1: disk vda: %s", "a\033[2J\r\nvimod: forged\x7f\xc2\x9b \xff \xc3\xa4");
	assert_int_equal(end(), 1);
	assert_string_equal(logged, "g1: disk vda: a?[2J??vimod: forged??? ? \xc3\xa4\n");
	setenv("JOURNAL_STREAM", "1:2", 1);
	begin();
	log_error("%s", "<1>a\n<0>b");
	assert_int_equal(end(), 1);
	assert_string_equal(logged, "<3><1>a?<0>b\n");
	unsetenv("JOURNAL_STREAM");
}

static void long_lines_are_cut(void **state)
{
	char text[4000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	begin();
	log_info("%s", text);
	assert_int_equal(end(), 1);
	assert_in_range(strlen(logged), 1000, 1300);
}

static void a_limit_counts_lines(void **state)
{
	struct log_limit limit = { 0 };
	unsigned int left_out;

	(void)state;
	for (unsigned int n = 0; n < LOG_LIMIT_LINES; n++) {
		assert_true(log_limit_take(&limit, 5000 + n, &left_out));
		assert_int_equal(left_out, 0);
	}
	assert_false(log_limit_take(&limit, 5100, &left_out));
	assert_false(log_limit_take(&limit, 5000 + LOG_LIMIT_MS - 1, &left_out));
	assert_int_equal(left_out, 0);
	assert_true(log_limit_take(&limit, 5000 + LOG_LIMIT_MS, &left_out));
	assert_int_equal(left_out, 2);
	assert_true(log_limit_take(&limit, 5000 + LOG_LIMIT_MS, &left_out));
	assert_int_equal(left_out, 0);
	/* A guest that logs seldom is never limited. */
	for (unsigned int n = 0; n < 1000; n++)
		assert_true(log_limit_take(&limit, 100000 + n * (LOG_LIMIT_MS / LOG_LIMIT_LINES), &left_out));
}

static void too_many_lines_are_left_out(void **state)
{
	struct log_limit one = { 0 }, two = { 0 };

	(void)state;
	begin();
	for (unsigned int n = 0; n < 10000; n++)
		log_limited(&one, LOG_LEVEL_WARNING, "g1", "line %u", n);
	log_limited(&two, LOG_LEVEL_WARNING, "g2", "its line");
	assert_int_equal(end(), LOG_LIMIT_LINES + 2);
	assert_non_null(strstr(logged, "g1: line 49\n"));
	assert_null(strstr(logged, "g1: line 50\n"));
	assert_non_null(strstr(logged, "g1: more than 50 lines in 10 s: the next ones are left out\n"));
	assert_non_null(strstr(logged, "g2: its line\n"));
	one.begun_ms -= LOG_LIMIT_MS;
	begin();
	log_limited(&one, LOG_LEVEL_WARNING, "g1", "again");
	assert_int_equal(end(), 2);
	assert_string_equal(logged, "g1: 9950 lines were left out\ng1: again\n");
}

/* The last test: the limit stays. */
static void a_process_of_one_guest_is_limited(void **state)
{
	(void)state;
	log_limit_process();
	begin();
	for (unsigned int n = 0; n < 1000; n++)
		log_warning("line %u", n);
	assert_int_equal(end(), LOG_LIMIT_LINES + 1);
}

static void replies_are_made_printable(void **state)
{
	static const char text[] =
		"{\"a\":\"x\\u001b[2J\",\"b\":[\"\\n\",{\"c\":\"\\u009b\"},1,null,true],\"d\":\"good\"}";
	json_object *json = json_parse(text, strlen(text));

	(void)state;
	assert_non_null(json);
	json_clean(json);
	assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
			    "{\"a\":\"x?[2J\",\"b\":[\"?\",{\"c\":\"??\"},1,null,true],\"d\":\"good\"}");
	json_object_put(json);
	json_clean(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_characters_are_replaced),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(a_limit_counts_lines),
		cmocka_unit_test(too_many_lines_are_left_out),
		cmocka_unit_test(replies_are_made_printable),
		cmocka_unit_test(a_process_of_one_guest_is_limited),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
