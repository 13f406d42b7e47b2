// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_log.c - EL2's log: the rate of each domain, characters that control a
 * terminal.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "lib/log.h"
#include "lib/panic.h"

#define SECOND 1000000000ull

void (*panic_print)(const char *format, va_list args);

static struct vimo_log ring;
static uint64_t now;
static char echoed[VIMO_LOG_TEXT];
static size_t echoed_bytes;

static uint64_t clock_ns(void)
{
	return now;
}

static void echo(const char *text, size_t bytes)
{
	assert_true(bytes < sizeof(echoed) - echoed_bytes);
	memcpy(echoed + echoed_bytes, text, bytes);
	echoed_bytes += bytes;
	echoed[echoed_bytes] = '\0';
}

static int start(void **state)
{
	(void)state;
	memset(&ring, 0, sizeof(ring));
	now = 100 * SECOND;
	echoed_bytes = 0;
	log_init(&ring, clock_ns);
	log_echo(echo);
	return 0;
}

static unsigned int count(const char *text)
{
	unsigned int found = 0;

	for (const char *at = echoed; (at = strstr(at, text)); at++)
		found++;
	return found;
}

static void a_domain_has_its_own_rate(void **state)
{
	struct log_source loud = { .domain = 3 }, quiet = { .domain = 4 };

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		log_guest(&loud, "noise");
	log_guest(&quiet, "one line");
	assert_int_equal(count("d3: noise\n"), LOG_LINES_A_SECOND);
	assert_int_equal(count("d4: one line\n"), 1);
	assert_int_equal(count("dropped"), 0);
}

static void the_next_second_tells_what_was_dropped(void **state)
{
	struct log_source loud = { .domain = 3 }, quiet = { .domain = 4 };

	(void)state;
	for (unsigned int i = 0; i < LOG_LINES_A_SECOND + 7; i++)
		log_guest(&loud, "noise");
	now += SECOND;
	log_guest(&quiet, "one line");
	assert_int_equal(count("dropped"), 0);
	log_guest(&loud, "noise");
	assert_int_equal(count("d3: 7 lines were dropped\n"), 1);
	assert_int_equal(count("d3: noise\n"), LOG_LINES_A_SECOND + 1);
	now += SECOND;
	log_guest(&loud, "noise");
	assert_int_equal(count("dropped"), 1);
}

static void no_character_controls_the_terminal(void **state)
{
	(void)state;
	log_print(LOG_INFO, "%s", "a\x1b[2Jb\rc\nd\te\x7f\x80\xff~ f");
	assert_int_equal(count("a?[2Jb?c?d?e???~ f\n"), 1);
	assert_int_equal(count("\n"), 1);
	assert_int_equal(ring.head, echoed_bytes);
	assert_memory_equal(ring.text, echoed, echoed_bytes);
}

static void a_long_line_is_cut(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_print(LOG_INFO, "%s", text);
	assert_int_equal(count("\n"), 1);
	assert_true(echoed_bytes <= 256 && echoed[echoed_bytes - 1] == '\n');
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_domain_has_its_own_rate),
		TEST(the_next_second_tells_what_was_dropped),
		TEST(no_character_controls_the_terminal),
		TEST(a_long_line_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
