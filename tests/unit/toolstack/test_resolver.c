// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_resolver.c - the copy of dom0's resolv.conf follows the file, and a failure to make it is logged once.
 */
#include "log.h"
#include "host/resolver.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_resolver.XXXXXX";
static unsigned int lines;

void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
	lines++;
}

static int enter(void **state)
{
	(void)state;
	return !mkdtemp(directory) || chdir(directory) ? -1 : 0;
}

static int leave(void **state)
{
	(void)state;
	return unlink("source") || unlink("copy") || unlink("full") || chdir("/") || rmdir(directory);
}

/* As resolvers' programs do it: another file in its place. */
static void write_resolv_conf(const char *text)
{
	FILE *file = fopen("next", "w");

	fputs(text, file);
	fclose(file);
	assert_int_equal(rename("next", "source"), 0);
}

static void assert_copy(const char *text)
{
	char got[64] = "";
	int fd = open("copy", O_RDONLY);

	assert_true(read(fd, got, sizeof(got) - 1) >= 0);
	close(fd);
	assert_string_equal(got, text);
}

static void the_copy_follows(void **state)
{
	struct resolver resolver = { .path = "copy" };
	int fd;

	(void)state;
	write_resolv_conf("nameserver 192.0.2.1\n");
	fd = resolver_open(&resolver);
	assert_true(fd >= 0);
	close(fd);
	assert_copy("nameserver 192.0.2.1\n");
	write_resolv_conf("short\n");
	resolver_refresh(&resolver);
	assert_copy("short\n");
	assert_int_equal(lines, 0);
}

static void a_failure_is_said_once(void **state)
{
	struct resolver resolver = { .path = "full" };

	(void)state;
	assert_int_equal(symlink("/dev/full", "full"), 0);
	assert_int_equal(resolver_open(&resolver), -1); /* links are not followed */
	strcpy(resolver.path, "/dev/full");
	for (int n = 0; n < 3; n++)
		resolver_refresh(&resolver);
	assert_int_equal(lines, 1);
	/* When there is room again, it is there, and another failure is news. */
	strcpy(resolver.path, "copy");
	resolver_refresh(&resolver);
	assert_copy("short\n");
	strcpy(resolver.path, "/dev/full");
	write_resolv_conf("longer than before\n");
	resolver_refresh(&resolver);
	resolver_refresh(&resolver);
	assert_int_equal(lines, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_copy_follows),
		cmocka_unit_test(a_failure_is_said_once),
	};

	return cmocka_run_group_tests_name("resolver", tests, enter, leave);
}
