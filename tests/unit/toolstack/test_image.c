// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_image.c - kernels and initrds from files: right, damaged and hostile ones.
 */
#include "boot/image.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define MIB (1ull << 20)
#define KERNEL_BYTES 100000u

static char dir[] = "/tmp/test_image.XXXXXX";
static char kernel[64], zipped[64], initrd[64];
static uint8_t content[KERNEL_BYTES];

static void put64(size_t at, uint64_t value)
{
	memcpy(content + at, &value, sizeof(value)); /* as the test's host: little-endian */
}

static void write_raw(const char *path, const void *bytes, size_t count)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, count, file), count);
	fclose(file);
}

static void write_gzip(size_t count)
{
	gzFile file = gzopen(zipped, "wb");

	assert_non_null(file);
	assert_int_equal(gzwrite(file, content, (unsigned int)count), count);
	gzclose(file);
}

/* An Image of booting.rst: 100,000 bytes that need 1 MiB. */
static int fresh(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(content); n++)
		content[n] = (uint8_t)(n * 7);
	memset(content, 0, 64);
	put64(8, 0x80000);
	put64(16, MIB);
	memcpy(content + 56, "ARM\x64", 4);
	write_raw(kernel, content, sizeof(content));
	write_gzip(sizeof(content));
	write_raw(initrd, "initrd", 6);
	return 0;
}

static int refused(const char *path, const char *ramdisk, uint64_t memory, const char *message)
{
	struct error err = { 0 };
	struct image image;
	int result = image_open(&image, path, ramdisk, memory, &err);

	if (!result) {
		result = image_verify(&image, &err);
		image_close(&image);
	}
	if (!result || !strstr(err.text, message))
		fail_msg("%s: \"%s\" is not in \"%s\"", path, message, err.text);
	return 0;
}

static void loads(const char *path)
{
	uint8_t *ram = calloc(1, 16 * MIB);
	struct image image;
	struct error err;

	assert_int_equal(image_open(&image, path, initrd, 16 * MIB, &err), 0);
	assert_int_equal(image.layout.kernel, 0x80000);
	assert_int_equal(image.layout.kernel_end, 0x80000 + MIB);
	assert_int_equal(image.layout.dtb % (2 * MIB), 0);
	assert_int_equal(image.layout.initrd_bytes, 6);
	assert_int_equal(image_load(&image, ram, &err), 0);
	assert_memory_equal(ram + image.layout.kernel, content, sizeof(content));
	assert_memory_equal(ram + image.layout.initrd, "initrd", 6);
	assert_int_equal(ram[image.layout.kernel + sizeof(content)], 0);
	image_close(&image);
	free(ram);
}

static void plain_and_gzip_load_alike(void **state)
{
	(void)state;
	loads(kernel);
	loads(zipped);
}

static void memory_must_hold_it_all(void **state)
{
	struct image image;
	struct error err;

	(void)state;
	refused(kernel, initrd, 2 * MIB, "memory = 2 is too small for kernel");
	assert_int_equal(image_open(&image, kernel, initrd, 2 * MIB + IMAGE_DTB_BYTES + 4096, &err), 0);
	image_close(&image);
	refused(kernel, initrd, 2 * MIB + IMAGE_DTB_BYTES + 4095, "too small");
}

static bool pages_fit(unsigned int flags, uint64_t page_sizes, struct error *err)
{
	struct image image;
	int result;

	put64(24, flags);
	write_raw(kernel, content, sizeof(content));
	assert_int_equal(image_open(&image, kernel, "", 16 * MIB, err), 0);
	result = image_check_pages(&image, page_sizes, err);
	image_close(&image);
	return !result;
}

static void pages_that_the_cpus_lack_are_refused(void **state)
{
	const uint64_t all = 4096 | 16384 | 65536;
	struct error err;

	(void)state;
	for (unsigned int flags = 0; flags < 8; flags += 2) {
		assert_true(pages_fit(flags, all, &err));
		assert_true(pages_fit(flags, 0, &err)); /* an older hypervisor does not tell */
	}
	assert_true(pages_fit(0, 4096, &err)); /* nor does an older kernel */
	assert_true(pages_fit(2, 4096, &err));
	assert_true(pages_fit(8 | 2, 4096, &err)); /* bit 3 is about placement */
	assert_false(pages_fit(4, 4096 | 65536, &err));
	assert_non_null(strstr(err.text, "is built for pages of 16 KiB, which this machine's CPUs do not have: give a "
					 "kernel with pages of 4 KiB"));
	assert_string_equal(err.key, "kernel");
	assert_false(pages_fit(6, 4096 | 16384, &err));
	assert_non_null(strstr(err.text, "pages of 64 KiB"));
}

static void what_is_no_kernel_is_named(void **state)
{
	(void)state;
	refused("/nonexistent", "", MIB, "No such file");
	refused(dir, "", MIB, "a directory");
	refused("/dev/null", "", MIB, "not a file");
	refused(kernel, "/nonexistent", 16 * MIB, "ramdisk /nonexistent");
	write_raw(kernel, "", 0);
	refused(kernel, "", MIB, "empty");
	write_raw(kernel, "\177ELF and more", 12);
	refused(kernel, "", MIB, "ELF");
	write_raw(kernel, "x", 1);
	refused(kernel, "", MIB, "truncated or damaged");
	write_raw(kernel, "\x1f\x8b", 2);
	refused(kernel, "", MIB, "truncated or damaged");
}

static void hostile_headers_are_refused(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
	} bad[] = {
		{ 8, 0x80001 },     { 8, 17 * MIB },          { 8, UINT64_MAX }, { 8, UINT64_MAX << 12 },
		{ 16, UINT64_MAX }, { 16, (1ull << 30) + 1 }, { 24, 1 },
	};

	for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		fresh(state);
		put64(bad[n].at, bad[n].value);
		write_raw(kernel, content, sizeof(content));
		refused(kernel, "", 1ull << 40, bad[n].at == 24 ? "big-endian" : "damaged header");
	}
}

static void an_efi_header_is_not_believed(void **state)
{
	unsigned int seed = 7;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct image image;
		struct error err;

		for (size_t n = 60; n < 512; n++) {
			seed = seed * 1103515245u + 12345u;
			content[n] = (uint8_t)(seed >> 16);
		}
		put64(60, 64 + (uint64_t)round % 4100);
		if (64 + round % 4100 + 4 < (int)sizeof(content))
			memcpy(content + 64 + round % 4100, "PE\0\0", 4);
		write_raw(kernel, content, sizeof(content));
		if (!image_open(&image, kernel, "", 64 * MIB, &err)) {
			assert_true(image.layout.end <= 64 * MIB);
			image_close(&image);
		}
	}
}

static void a_short_stream_is_noticed(void **state)
{
	struct stat status;

	(void)state;
	assert_int_equal(stat(zipped, &status), 0);
	assert_int_equal(truncate(zipped, status.st_size - 20), 0);
	refused(zipped, "", 16 * MIB, "copy it again");
}

/* A small file that decompresses to far more than its header says. */
static void a_bomb_stops_at_what_the_header_says(void **state)
{
	static uint8_t zeros[MIB];
	gzFile file = gzopen(zipped, "wb");
	struct image image;
	struct error err = { 0 };
	uint8_t *ram = malloc(16 * MIB);

	(void)state;
	gzwrite(file, content, sizeof(content));
	for (int n = 0; n < 64; n++)
		gzwrite(file, zeros, sizeof(zeros));
	gzclose(file);
	refused(zipped, "", 16 * MIB, "more than its header says");
	memset(ram, 0x55, 16 * MIB);
	assert_int_equal(image_open(&image, zipped, "", 16 * MIB, &err), 0);
	assert_int_equal(image_load(&image, ram, &err), -1);
	assert_int_equal(ram[image.layout.kernel_end], 0x55);
	image_close(&image);
	free(ram);
}

static int group_setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(kernel, sizeof(kernel), "%s/Image", dir);
	snprintf(zipped, sizeof(zipped), "%s/Image.gz", dir);
	snprintf(initrd, sizeof(initrd), "%s/initrd", dir);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	unlink(kernel);
	unlink(zipped);
	unlink(initrd);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(plain_and_gzip_load_alike, fresh),
		cmocka_unit_test_setup(memory_must_hold_it_all, fresh),
		cmocka_unit_test_setup(pages_that_the_cpus_lack_are_refused, fresh),
		cmocka_unit_test_setup(what_is_no_kernel_is_named, fresh),
		cmocka_unit_test_setup(hostile_headers_are_refused, fresh),
		cmocka_unit_test_setup(an_efi_header_is_not_believed, fresh),
		cmocka_unit_test_setup(a_short_stream_is_noticed, fresh),
		cmocka_unit_test_setup(a_bomb_stops_at_what_the_header_says, fresh),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
