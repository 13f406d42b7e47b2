// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_backing.c - files that an image may be based on: named by the disk, or in a directory of vimod.conf.
 */
#include "config/settings.h"
#include "host/backing.h"
#include "scratch.h"

#include <errno.h>
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

#include "programs.h"

static char directory[] = "/tmp/test_backing.XXXXXX";
static struct error err;

/*
 *   top/image         the guest's, with a link to listed/base beside it
 *   listed/base, listed/deep/base, listed/out -> ../other/base, listed/up -> ..
 *   other/base, other/in -> ../listed/base
 */
static int enter(void **state)
{
	(void)state;
	if (!scratch_make(directory, NULL))
		return -1;
	setenv("VIMO_CONFIG", "vimod.conf", 1);
	shell("mkdir -p top listed/deep other && touch top/image top/base listed/base listed/deep/base other/base &&"
	      "ln -s ../other/base listed/out && ln -s .. listed/up && ln -s ../listed/base other/in &&"
	      "ln -s listed list && mkfifo other/pipe");
	return 0;
}

static void write_settings(const char *text, mode_t mode)
{
	FILE *file;

	unlink("vimod.conf");
	file = fopen("vimod.conf", "w");
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod("vimod.conf", mode), 0);
}

static void list(const char *name)
{
	char text[256];

	snprintf(text, sizeof(text), "backing_directories = [ \"/none\", \"%s/%s\" ]\n", directory, name);
	write_settings(text, 0644);
}

/* An image is based on @name; the disk names @backing, or no file if that is NULL. */
static struct disk_config based_on(const char *name, const char *backing)
{
	struct disk_config disk = { .vdev = "vda", .format = FORMAT_QCOW2, .access = ACCESS_RO };

	snprintf(disk.target, sizeof(disk.target), "%s/%s", directory, name);
	if (backing)
		snprintf(disk.backing, sizeof(disk.backing), "/none\n%s/%s\n", directory, backing);
	return disk;
}

static void assert_found(struct disk_config *disk, const char *name)
{
	int fd = backing_find(disk, "top/image", &err);
	struct stat found, meant;

	if (fd < 0)
		fail_msg("%s: %s", name, err.text);
	assert_int_equal(fstat(fd, &found), 0);
	assert_int_equal(stat(name, &meant), 0);
	assert_int_equal(found.st_ino, meant.st_ino);
	assert_int_equal(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
}

static void assert_refused(struct disk_config *disk, const char *why)
{
	int fd = backing_find(disk, "top/image", &err);

	if (fd >= 0 || !strstr(err.text, why))
		fail_msg("%d: %s, not %s", fd, err.text, why);
	assert_string_equal(err.key, "disk");
}

static void files_that_are_not_named_are_refused(void **state)
{
	struct disk_config disk = based_on("top/base", NULL);

	(void)state;
	unlink("vimod.conf");
	/* Not even those beside the image. */
	assert_refused(&disk, "disk vda: top/image is based on /tmp/test_backing.");
	assert_non_null(strstr(err.text, "/top/base, which is not allowed: write backing = [ \"/tmp/test_backing."));
	assert_non_null(strstr(err.text, "backing_directories of /etc/vimo/vimod.conf"));
	disk = based_on("top/base", "other/base");
	assert_refused(&disk, "which is not allowed");
	disk = based_on("top/none", "top/none");
	assert_refused(&disk, "/top/none does not exist");
	disk = based_on("other/base/../base", NULL);
	assert_refused(&disk, "cannot open");
}

static void named_files_are_found(void **state)
{
	static const char *const names[] = { "other/base", "top/../other/base", "listed/out", "listed/up/other/base" };

	(void)state;
	unlink("vimod.conf");
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		struct disk_config disk = based_on(names[n], "other/base"), by_link = based_on(names[n], "listed/out");
		const size_t before = strlen(disk.backing);

		assert_found(&disk, "other/base");
		assert_found(&by_link, "other/base");
		assert_int_equal(strlen(disk.backing), before);
	}
}

static void files_in_listed_directories_are_found(void **state)
{
	static const char *const names[] = { "listed/base", "other/in", "listed/../listed/base", "list/base" };

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		struct disk_config disk = based_on(names[n], NULL);

		list(n % 2 ? "list" : "listed");
		assert_found(&disk, "listed/base");
		/* The record keeps it. */
		assert_non_null(strstr(disk.backing, "/listed/base\n"));
		unlink("vimod.conf");
		assert_found(&disk, "listed/base");
	}
	list("listed");
	for (size_t n = 0; n < 2; n++) {
		struct disk_config disk = based_on("listed/deep/base", NULL);

		assert_found(&disk, "listed/deep/base");
		write_settings("backing_directories = [ \"/\" ]\n", 0600);
	}
}

static void links_do_not_lead_out_of_a_directory(void **state)
{
	static const char *const names[] = { "listed/out", "listed/up/other/base", "listed/../other/base", "other/base",
					     "listed/up/top/image" };
	struct disk_config disk;

	(void)state;
	list("listed");
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		disk = based_on(names[n], NULL);
		assert_refused(&disk, "which is not allowed");
		assert_string_equal(disk.backing, "");
	}
	/* A name that only begins like the directory's. */
	shell("mkdir listed2 && touch listed2/base");
	disk = based_on("listed2/base", NULL);
	assert_refused(&disk, "which is not allowed");
	disk = based_on("listed", NULL);
	assert_refused(&disk, "which is not allowed");
}

static void assert_settings(const char *text, mode_t mode, const char *why)
{
	struct settings settings;

	write_settings(text, mode);
	if (!settings_read(&settings, &err) || !strstr(err.text, why))
		fail_msg("%s: %s, not %s", text, err.text, why);
}

static void settings_are_checked(void **state)
{
	struct disk_config disk = based_on("listed/base", NULL);
	struct settings settings;
	char path[PATH_MAX];
	const char *rest = settings.backing_directories;

	(void)state;
	unlink("vimod.conf");
	assert_int_equal(settings_read(&settings, &err), 0);
	assert_string_equal(settings.backing_directories, "");
	assert_int_equal(settings.shutdown_timeout_s, 120);
	write_settings("", 0600);
	assert_int_equal(settings_read(&settings, &err), 0);
	assert_int_equal(settings.shutdown_timeout_s, 120);
	write_settings("shutdown_timeout = 7", 0600);
	assert_int_equal(settings_read(&settings, &err), 0);
	assert_int_equal(settings.shutdown_timeout_s, 7);
	write_settings("shutdown_timeout = 0", 0600);
	assert_int_equal(settings_read(&settings, &err), -1);
	assert_int_equal(settings.shutdown_timeout_s, 120);
	write_settings("# mine\nbacking_directories = ( \"/a,b\", \"/c d\" );\n", 0644);
	assert_int_equal(settings_read(&settings, &err), 0);
	assert_true(keys_next_path(&rest, path));
	assert_string_equal(path, "/a,b");
	assert_true(keys_next_path(&rest, path));
	assert_string_equal(path, "/c d");
	assert_false(keys_next_path(&rest, path));
	assert_settings("\nbacking_directories = [ \"images\" ]", 0644,
			"vimod.conf:2: backing_directories = \"images\" is not an absolute path");
	assert_settings("backing_directories = \"/a\"", 0644, "backing_directories is not a list: write backing_");
	assert_settings("backing_directories = [ 1 ]", 0644, "backing_directories is not text in quotes");
	assert_settings("backing_directories = [ \"/a\\nb\" ]", 0644, "contains a control character");
	assert_settings("backing_directory = [ ]", 0644, "unknown key \"backing_directory\"");
	assert_settings("@include \"/etc/shadow\"", 0644, "vimod.conf:1: @include is not supported");
	assert_settings("backing_directories = [", 0644, "vimod.conf:1: ");
	assert_settings("", 0664, "can be written by users other than root: run 'chown root:root vimod.conf'");
	assert_settings("", 0602, "can be written by users other than root");
	/* A wrong file allows nothing, and the error says so. */
	assert_int_equal(backing_find(&disk, "top/image", &err), -1);
	assert_non_null(strstr(err.text, "can be written by users other than root"));
	unlink("vimod.conf");
	assert_int_equal(mkdir("vimod.conf", 0700), 0);
	assert_int_equal(settings_read(&settings, &err), -1);
	assert_non_null(strstr(err.text, "vimod.conf is not a file"));
	assert_int_equal(rmdir("vimod.conf"), 0);
	if (!geteuid()) {
		write_settings("", 0600);
		assert_int_equal(chown("vimod.conf", 65534, 0), 0);
		assert_int_equal(settings_read(&settings, &err), -1);
		unlink("vimod.conf");
	}
	shell("head -c 70000 /dev/zero | tr '\\0' '\\n' >vimod.conf");
	assert_int_equal(settings_read(&settings, &err), -1);
	assert_non_null(strstr(err.text, "is longer than 64 KiB"));
	unlink("vimod.conf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_that_are_not_named_are_refused),
		cmocka_unit_test(named_files_are_found),
		cmocka_unit_test(files_in_listed_directories_are_found),
		cmocka_unit_test(links_do_not_lead_out_of_a_directory),
		cmocka_unit_test(settings_are_checked),
	};

	return cmocka_run_group_tests_name("backing", tests, enter, scratch_remove);
}
