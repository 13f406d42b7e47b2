// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_create.c - what is asked before a guest is made, and by which thread.
 */
#include "guest/create.h"
#include "device.h"
#include "guest/adopt.h"
#include "guest/check.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static pthread_t loop_thread;
static struct guests of_guests;
static struct guest taken, made;
static struct guest_config config = { .name = "g", .vcpus = 1, .memory_bytes = 1 << 20 };
static bool files_fail, pages_fail, name_goes;
static int looked, verified, built, replies;
static struct error answer;

/* vimod's other parts. */
int guests_open(struct guests *guests, struct error *err)
{
	(void)guests;
	(void)err;
	return 0;
}

int device_info(int device, struct vimo_ioc_info *info, struct error *err)
{
	(void)device;
	(void)err;
	*info = (struct vimo_ioc_info){ .max_vcpus = 4, .gic_version = 3, .free_pages = 1024, .page_sizes = 4096 };
	return 0;
}

struct guest *guest_find(struct guests *guests, const char *name)
{
	assert_ptr_equal(guests, &of_guests);
	return guests->first && !strcmp(guests->first->config.name, name) ? guests->first : NULL;
}

int check_devices(const struct guest_config *of, struct error *err)
{
	(void)of;
	(void)err;
	assert_true(pthread_equal(pthread_self(), loop_thread));
	return 0;
}

int check_files(struct guest_config *of, struct error *err)
{
	assert_string_equal(of->name, "g");
	if (!pthread_equal(pthread_self(), loop_thread))
		looked++;
	if (name_goes)
		of_guests.first = &taken;
	return files_fail ? error_set(err, ERROR_FAILED, "no such image") : 0;
}

int image_open(struct image *image, const char *kernel, const char *ramdisk, uint64_t bytes, struct error *err)
{
	(void)image;
	(void)kernel;
	(void)ramdisk;
	(void)bytes;
	(void)err;
	if (!pthread_equal(pthread_self(), loop_thread))
		looked++;
	return 0;
}

int image_check_pages(const struct image *image, uint64_t page_sizes, struct error *err)
{
	(void)image;
	assert_int_equal(page_sizes, 4096);
	return pages_fail ? error_set(err, ERROR_FAILED, "no such pages") : 0;
}

int image_verify(struct image *image, struct error *err)
{
	(void)image;
	(void)err;
	verified++;
	return 0;
}

void image_close(struct image *image)
{
	(void)image;
}

struct guest *guest_new(struct guests *guests, const struct guest_config *of)
{
	assert_ptr_equal(guests, &of_guests);
	made.config = *of;
	return &made;
}

void guest_post(struct guest *guest, const struct guest_event *event)
{
	assert_ptr_equal(guest, &made);
	assert_int_equal(event->kind, EVENT_BUILD);
	assert_int_equal(replies, 0);
	built++;
}

static void on_created(void *arg, struct guest *guest, const struct error *err)
{
	assert_ptr_equal(arg, &answer);
	assert_true(!guest || guest == &made);
	if (err)
		answer = *err;
	replies++;
}

static int fresh(void **state)
{
	(void)state;
	loop_thread = pthread_self();
	of_guests.loop = uv_default_loop();
	of_guests.first = NULL;
	strcpy(taken.config.name, "g");
	files_fail = pages_fail = name_goes = false;
	looked = verified = built = replies = 0;
	memset(&answer, 0, sizeof(answer));
	return 0;
}

static void create(enum create_how how)
{
	create_guest(&of_guests, &config, how, on_created, &answer);
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
}

static void a_thread_looks_at_files(void **state)
{
	(void)state;
	create(CREATE_AND_START);
	assert_int_equal(looked, 2);
	assert_int_equal(built, 1);
	assert_int_equal(replies, 0);
	waiter_call_all(&made.creator, &made, NULL); /* when it runs */
	assert_int_equal(replies, 1);
	assert_int_equal(verified, 0);
}

static void a_failed_check_makes_no_guest(void **state)
{
	(void)state;
	files_fail = true;
	create(CREATE_AND_START);
	assert_string_equal(answer.text, "no such image");
	assert_int_equal(built, 0);
	assert_int_equal(replies, 1);
}

static void a_kernel_for_other_pages_makes_no_guest(void **state)
{
	(void)state;
	pages_fail = true;
	create(CREATE_DRY_RUN);
	assert_string_equal(answer.text, "no such pages");
	assert_int_equal(verified, 0);
	assert_int_equal(built, 0);
}

static void a_name_can_go_meanwhile(void **state)
{
	(void)state;
	name_goes = true;
	create(CREATE_AND_START);
	assert_int_equal(answer.code, ERROR_STATE);
	assert_string_equal(answer.key, "name");
	assert_int_equal(built, 0);
	assert_int_equal(replies, 1);
	/* And is gone before. */
	looked = 0;
	create(CREATE_AND_START);
	assert_int_equal(looked, 0);
	assert_int_equal(replies, 2);
}

static void a_dry_run_makes_none(void **state)
{
	(void)state;
	create(CREATE_DRY_RUN);
	assert_int_equal(looked, 2);
	assert_int_equal(verified, 1);
	assert_int_equal(built, 0);
	assert_int_equal(replies, 1);
	assert_int_equal(answer.code, ERROR_NONE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, fresh)
	const struct CMUnitTest tests[] = {
		TEST(a_thread_looks_at_files),
		TEST(a_failed_check_makes_no_guest),
		TEST(a_kernel_for_other_pages_makes_no_guest),
		TEST(a_name_can_go_meanwhile),
		TEST(a_dry_run_makes_none),
	};

	return cmocka_run_group_tests_name("create", tests, NULL, NULL);
}
