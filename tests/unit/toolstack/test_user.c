// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_user.c - users of dom0 that are guests' users, too. Links: toolstack/base/user.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/user.h"

/* Return: the name of the first conflict in a file of @text, or "". */
static const char *conflict(const char *text, bool ranges)
{
	static char name[8];
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	bool found;

	name[0] = '\0';
	assert_non_null(file);
	found = user_conflict(file, ranges, name, sizeof(name));
	assert_int_equal(found, *name != '\0');
	fclose(file);
	return name;
}

static void each_domain_has_a_user(void **state)
{
	(void)state;
	assert_int_equal(user_of(1), 98305);
	assert_int_equal(user_of(255), 98559);
	assert_int_equal(USER_CHECK, 98304);
}

static void other_users_do_not_conflict(void **state)
{
	(void)state;
	assert_string_equal(conflict("root:x:0:0:root:/root:/bin/sh\na:x:98303:1::/:/bin/sh\nb:x:98560:1::/:\n", false),
			    "");
	assert_string_equal(conflict("vimo:x:990:\n", false), "");
	/* The second field is a password, and the fourth a group. */
	assert_string_equal(conflict("a:98310:1000:98310::/:\n", false), "");
	assert_string_equal(conflict("a:100000:65536\nb:98303:1\nc:98310:0\n", true), "");
}

static void users_of_guests_conflict(void **state)
{
	(void)state;
	assert_string_equal(conflict("root:x:0:0::/:\na:x:98304:1::/:\n", false), "a");
	assert_string_equal(conflict("b:x:98559:1::/:", false), "b");
	assert_string_equal(conflict("c:x:98400\n", false), "c");
	assert_string_equal(conflict("a:100000:65536\nlonger-name:65536:65536\n", true), "longer-");
	assert_string_equal(conflict("a:98303:2\n", true), "a");
	assert_string_equal(conflict("a:98559:1\n", true), "a");
	assert_string_equal(conflict("a:0:18446744073709551615\n", true), "a");
}

static void damaged_lines_are_skipped(void **state)
{
	(void)state;
	assert_string_equal(conflict("\n:\n::\nx\na:b\na:x:98310y:1\na:x:-1:1\na:x::1\n+\n", false), "");
	assert_string_equal(conflict("a\na:98310\na:98310:\na:98310:x\n:::\n", true), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_domain_has_a_user),
		cmocka_unit_test(other_users_do_not_conflict),
		cmocka_unit_test(users_of_guests_conflict),
		cmocka_unit_test(damaged_lines_are_skipped),
	};

	return cmocka_run_group_tests_name("user", tests, NULL, NULL);
}
