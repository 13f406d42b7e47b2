// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_definition.c - a definition is taken as it was written or refused; wherever vimod is killed or the disk fails,
 * the old or the new state is there.
 */
#include "alloc.h"
#include "guest/definition.h"
#include "scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_definition.XXXXXX";
static struct definition definition;

/* Each step that changes files counts. At step @stop the process is killed, or the step fails with @failure. */
static int step, stop = -1, failure;

static bool fails(void)
{
	if (step++ != stop)
		return false;
	if (!failure)
		_exit(0);
	errno = failure;
	return true;
}

ssize_t __real_write(int fd, const void *bytes, size_t count);
ssize_t __wrap_write(int fd, const void *bytes, size_t count);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

/* Half of what is written is in the file when the disk is full. */
ssize_t __wrap_write(int fd, const void *bytes, size_t count)
{
	if (count > 1 && stop >= 0 && __real_write(fd, bytes, count / 2) != (ssize_t)(count / 2))
		return -1;
	if (fails())
		return -1;
	return count > 1 && stop >= 0 ? (ssize_t)(count / 2) : __real_write(fd, bytes, count);
}

int __wrap_fsync(int fd)
{
	return fails() ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to)
{
	return fails() ? -1 : __real_rename(from, to);
}

int __wrap_unlink(const char *path)
{
	return fails() ? -1 : __real_unlink(path);
}

static void configure(struct guest_config *config, const char *name, uint64_t mib)
{
	char text[128];
	json_object *json;
	struct error err;

	snprintf(text, sizeof(text), "{\"name\":\"%s\",\"kernel\":\"/k\",\"memory\":%llu}", name,
		 (unsigned long long)mib);
	json = json_tokener_parse(text);
	if (config_check(json, config, &err))
		fail_msg("%s", err.text);
	json_object_put(json);
}

static void set_up(const char *name, uint64_t mib)
{
	static struct guest_config config;
	struct error err;

	configure(&config, name, mib);
	if (!definition_read(name, &definition, &err))
		memcpy(config.uuid, definition.config.uuid, sizeof(config.uuid));
	if (definition_define(&config, &err))
		fail_msg("%s", err.text);
}

/* The memory of each definition, in MiB: "a:64 b:96". */
static char all[256];

static void add(void *arg, const char *name)
{
	size_t used = strlen(all);
	struct error err;

	(void)arg;
	if (definition_read(name, &definition, &err))
		fail_msg("%s", err.text);
	snprintf(all + used, sizeof(all) - used, "%s%s:%llu", used ? " " : "", name,
		 (unsigned long long)definition.config.memory_bytes >> 20);
}

static const char *now(void)
{
	all[0] = 0;
	definitions_each(add, NULL);
	return all;
}

static void forget(void *arg, const char *name)
{
	struct error err;

	(void)arg;
	assert_int_equal(definition_undefine(name, &err), 0);
}

static void what_is_defined_is_read(void **state)
{
	const struct autostart autostart = { true, 7, 30 };
	struct error err;

	(void)state;
	assert_int_equal(definition_read("a", &definition, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	set_up("a", 64);
	assert_true(definition_exists("a"));
	assert_int_equal(definition_read("a", &definition, &err), 0);
	assert_false(definition.autostart.enabled);
	assert_int_equal(definition.autostart.order, DEFINITION_ORDER);
	assert_int_equal(definition_autostart("a", &autostart, &err), 0);
	set_up("a", 96);
	assert_int_equal(definition_read("a", &definition, &err), 0);
	assert_true(definition.autostart.enabled);
	assert_int_equal(definition.autostart.order, autostart.order);
	assert_int_equal(definition.autostart.delay_s, autostart.delay_s);
	assert_int_equal(definition.config.memory_bytes, 96 << 20);
	assert_int_equal(definition_rename("a", "b", &err), 0);
	assert_string_equal(now(), "b:96");
	assert_int_equal(definition_undefine("a", &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_int_equal(definition_undefine("b", &err), 0);
	assert_string_equal(now(), "");
}

static void names_and_uuids_are_one_guests(void **state)
{
	static struct guest_config config;
	struct error err;

	(void)state;
	set_up("a", 64);
	set_up("b", 64);
	assert_int_equal(definition_rename("a", "b", &err), -1);
	assert_int_equal(err.code, ERROR_STATE);
	assert_int_equal(definition_rename("a", "../b", &err), -1);
	assert_int_equal(definition_read("a", &definition, &err), 0);
	configure(&config, "c", 64);
	memcpy(config.uuid, definition.config.uuid, sizeof(config.uuid));
	assert_int_equal(definition_define(&config, &err), -1);
	assert_string_equal(err.key, "uuid");
	assert_string_equal(now()[0] == 'a' ? "a:64 b:64" : "b:64 a:64", all);
	assert_false(definition_exists("../guests/a"));
	definitions_each(forget, NULL);
}

#define GOOD \
	"{\"version\":1,\"renames\":0,\"autostart\":true,\"order\":1,\"delay\":0,\"config\":{\"name\":\"g\",\"kernel\":\"/k\"}}"

static int parse(const char *text, struct error *err)
{
	json_object *json = json_tokener_parse(text);
	int result;

	assert_non_null(json);
	result = definition_parse("g", json, &definition, err);
	json_object_put(json);
	return result;
}

static void a_wrong_member_is_refused(void **state)
{
	/* In place of the first, the second. */
	static const char *const cases[][2] = {
		{ "\"version\":1", "\"version\":2" },        { "\"version\":1", "\"version\":\"1\"" },
		{ "\"renames\":0", "\"renames\":-1" },       { "\"renames\":0", "\"renames\":4294967296" },
		{ "\"renames\":0", "\"renames\":null" },     { "\"autostart\":true", "\"autostart\":\"yes\"" },
		{ "\"autostart\":true", "\"x\":true" },      { "\"order\":1", "\"order\":10000" },
		{ "\"order\":1", "\"order\":4294967297" },   { "\"order\":1", "\"order\":-1" },
		{ "\"delay\":0", "\"delay\":3601" },         { "\"delay\":0", "\"delay\":0.5" },
		{ "\"name\":\"g\"", "\"name\":\"h\"" },      { "\"name\":\"g\"", "\"name\":7" },
		{ "\"kernel\":\"/k\"", "\"kernel\":\"k\"" }, { "\"kernel\":\"/k\"", "\"kernel\":\"/k\",\"no\":1" },
		{ "\"config\":{", "\"other\":{" },
	};
	struct error err;

	(void)state;
	if (parse(GOOD, &err))
		fail_msg("%s", err.text);
	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		const char *at = strstr(GOOD, cases[n][0]);
		char text[512];

		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - GOOD), GOOD, cases[n][1], at + strlen(cases[n][0]));
		if (!parse(text, &err))
			fail_msg("%s was taken", text);
	}
}

/* A file that a stranger made in a definition's place. */
static void a_strange_file_is_refused(void **state)
{
	struct error err;

	(void)state;
	set_up("a", 64);
	assert_int_equal(chmod("guests/a.json", 0666), 0);
	assert_int_equal(definition_read("a", &definition, &err), -1);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_int_equal(definition_undefine("a", &err), 0);
	assert_int_equal(symlink("/etc/passwd", "guests/a.json"), 0);
	assert_int_equal(definition_read("a", &definition, &err), -1);
	assert_non_null(strstr(err.text, "symbolic link"));
	assert_int_equal(definition_undefine("a", &err), 0);
	assert_int_equal(mkfifo("guests/a.json", 0600), 0);
	assert_int_equal(definition_read("a", &definition, &err), -1);
	assert_int_equal(definition_undefine("a", &err), 0);
}

enum change { DEFINE_NEW, DEFINE_AGAIN, RENAME, UNDEFINE, AUTOSTART };

static int make(enum change change, struct error *err)
{
	static const struct autostart autostart = { true, 1, 1 };
	static struct guest_config config;

	configure(&config, "a", 96);
	if (!definition_read("a", &definition, err))
		memcpy(config.uuid, definition.config.uuid, sizeof(config.uuid));
	switch (change) {
	case DEFINE_NEW:
	case DEFINE_AGAIN: return definition_define(&config, err);
	case RENAME: return definition_rename("a", "b", err);
	case UNDEFINE: return definition_undefine("a", err);
	case AUTOSTART: return definition_autostart("a", &autostart, err);
	}
	return -1;
}

static const struct {
	const char *old, *new;
} states[] = {
	[DEFINE_NEW] = { "", "a:96" }, [DEFINE_AGAIN] = { "a:64", "a:96" }, [RENAME] = { "a:64", "b:64" },
	[UNDEFINE] = { "a:64", "" },   [AUTOSTART] = { "a:64", "a:64" },
};
#define CHANGES (sizeof(states) / sizeof(states[0]))

static void prepare(enum change change)
{
	definitions_each(forget, NULL);
	if (change != DEFINE_NEW)
		set_up("a", 64);
}

static void killed_at_each_step_leaves_old_or_new(void **state)
{
	struct error err;

	(void)state;
	failure = 0;
	for (enum change change = 0; change < CHANGES; change++) {
		bool ended = false;
		int steps = 0;

		for (; !ended; steps++) {
			int status;
			pid_t child;

			prepare(change);
			child = fork();
			if (!child) {
				step = 0;
				stop = steps;
				_exit(make(change, &err) ? 3 : 2);
			}
			assert_int_equal(waitpid(child, &status, 0), child);
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 3);
			ended = WEXITSTATUS(status) == 2;
			definitions_recover(); /* the next vimod */
			if (strcmp(now(), states[change].old) != 0 && strcmp(all, states[change].new) != 0)
				fail_msg("change %d, step %d: %s", change, steps, all);
			if (ended)
				assert_string_equal(all, states[change].new);
			set_up("z", 64); /* the next change works */
		}
		assert_true(steps > 2);
	}
	definitions_each(forget, NULL);
}

static void a_full_disk_leaves_the_old(void **state)
{
	struct error err;

	(void)state;
	for (enum change change = 0; change < CHANGES; change++)
		for (int n = 0, result = -1; result; n++) {
			prepare(change);
			step = 0;
			stop = n;
			failure = ENOSPC;
			result = make(change, &err);
			stop = -1;
			if (strcmp(now(), states[change].old) != 0 && strcmp(all, states[change].new) != 0)
				fail_msg("change %d, step %d: %s", change, n, all);
			if (!result)
				assert_string_equal(all, states[change].new);
			else
				assert_in_set(err.code, ((LargestIntegralType[]){ ERROR_RESOURCES, ERROR_FAILED }), 2);
		}
	definitions_each(forget, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_defined_is_read),
		cmocka_unit_test(names_and_uuids_are_one_guests),
		cmocka_unit_test(a_wrong_member_is_refused),
		cmocka_unit_test(a_strange_file_is_refused),
		cmocka_unit_test(killed_at_each_step_leaves_old_or_new),
		cmocka_unit_test(a_full_disk_leaves_the_old),
	};

	if (!scratch_make(directory, "VIMO_STATE_DIR"))
		return 1;
	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
