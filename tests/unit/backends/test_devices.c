// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_devices.c - devices as vimod describes them, and the hooks of their kinds, with fake kinds.
 */
#include "dm/devices.h"
#include "dm/kinds.h"
#include "dm/stall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

static struct dm dm;
static struct error err;
static unsigned int added, started, retried, resized;
static struct status status;

static int add(struct endpoint *endpoint, const struct device_spec *spec, struct error *error)
{
	(void)endpoint;
	if (json_object_object_get_ex(spec->json, "refuse", NULL))
		return error_set(error, ERROR_FAILED, "refused");
	added++;
	return 0;
}

static int start(struct endpoint *endpoint, struct error *error)
{
	(void)endpoint;
	(void)error;
	started++;
	return 0;
}

static void retry(struct endpoint *endpoint)
{
	(void)endpoint;
	retried++;
}

static void resize(struct endpoint *endpoint, uint16_t cols, uint16_t rows)
{
	(void)endpoint;
	resized += cols == 80 && rows == 25;
}

static const struct device_kind plain = { .type = "plain", .fds_min = 1, .fds_max = 2, .add = add };
static const struct device_kind full = {
	.type = "full", .single = true, .add = add, .start = start, .retry = retry, .resize = resize
};

/* In place of kinds.c. */
const struct device_kind *kind_find(const char *type)
{
	return !strcmp(type, plain.type) ? &plain : !strcmp(type, full.type) ? &full : NULL;
}

static int fresh(void **state)
{
	(void)state;
	memset(&dm, 0, sizeof(dm));
	memset(&err, 0, sizeof(err));
	dm.host.status = &status;
	dm.slots = 4;
	for (unsigned int slot = 0; slot < dm.slots; slot++)
		dm.endpoint[slot].slot = slot;
	added = started = retried = resized = 0;
	return 0;
}

static int add_device(const char *text, unsigned int fds)
{
	struct device_spec spec = { .json = json_tokener_parse(text), .fd_count = fds };
	int result = dm_add_device(&dm, &spec, &err);

	json_object_put(spec.json);
	return result;
}

static void a_description_is_checked(void **state)
{
	(void)state;
	assert_int_equal(add_device("{\"slot\":0}", 0), -1);
	assert_int_equal(add_device("{\"slot\":0,\"type\":\"none\"}", 0), -1);
	assert_int_equal(add_device("{\"slot\":4,\"type\":\"full\"}", 0), -1);
	assert_int_equal(add_device("{\"slot\":0,\"type\":\"plain\"}", 0), -1);
	assert_int_equal(add_device("{\"slot\":0,\"type\":\"plain\"}", 3), -1);
	assert_int_equal(err.code, ERROR_USAGE);
	assert_int_equal(added, 0);
	assert_int_equal(add_device("{\"slot\":0,\"type\":\"plain\"}", 2), 0);
	assert_int_equal(added, 1);
}

static void a_slot_takes_one_device(void **state)
{
	(void)state;
	assert_int_equal(add_device("{\"slot\":1,\"type\":\"plain\"}", 1), 0);
	assert_int_equal(add_device("{\"slot\":1,\"type\":\"plain\"}", 1), -1);
	assert_int_equal(err.code, ERROR_STATE);
	assert_int_equal(add_device("{\"slot\":2,\"type\":\"plain\"}", 1), 0);
}

static void a_refused_device_leaves_its_slot_empty(void **state)
{
	(void)state;
	assert_int_equal(add_device("{\"slot\":1,\"type\":\"full\",\"refuse\":true}", 0), -1);
	assert_true(endpoint_is_empty(&dm.endpoint[1]));
	assert_int_equal(add_device("{\"slot\":1,\"type\":\"full\"}", 0), 0);
}

static void a_single_kind_has_one_device(void **state)
{
	(void)state;
	assert_int_equal(add_device("{\"slot\":0,\"type\":\"full\"}", 0), 0);
	assert_int_equal(add_device("{\"slot\":1,\"type\":\"full\"}", 0), -1);
	assert_string_equal(err.text, "a guest has one device of type full at most");
}

static void hooks_are_optional(void **state)
{
	(void)state;
	assert_int_equal(add_device("{\"slot\":0,\"type\":\"plain\"}", 1), 0);
	assert_int_equal(dm_resize(&dm, 80, 25, &err), -1);
	assert_int_equal(err.code, ERROR_STATE);
	assert_int_equal(add_device("{\"slot\":2,\"type\":\"full\"}", 0), 0);
	assert_int_equal(dm_start_devices(&dm, &err), 0);
	dm_stall(&dm.host, 2, "no space");
	dm_retry(&dm);
	assert_int_equal(status.file->stalled, 0);
	assert_int_equal(dm_resize(&dm, 80, 25, &err), 0);
	assert_int_equal(started, 1);
	assert_int_equal(retried, 1);
	assert_int_equal(resized, 1);
}

static void a_device_of_a_kind_without_removal_stays(void **state)
{
	json_object *json = json_tokener_parse("{\"slot\":0,\"force\":true}");

	(void)state;
	assert_int_equal(dm_remove_device(&dm, json, &err), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_int_equal(add_device("{\"slot\":0,\"type\":\"full\"}", 0), 0);
	assert_int_equal(dm_remove_device(&dm, json, &err), -1);
	assert_int_equal(err.code, ERROR_STATE);
	json_object_put(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_description_is_checked, fresh),
		cmocka_unit_test_setup(a_slot_takes_one_device, fresh),
		cmocka_unit_test_setup(a_refused_device_leaves_its_slot_empty, fresh),
		cmocka_unit_test_setup(a_single_kind_has_one_device, fresh),
		cmocka_unit_test_setup(hooks_are_optional, fresh),
		cmocka_unit_test_setup(a_device_of_a_kind_without_removal_stays, fresh),
	};

	int fd = memfd_create("status", MFD_CLOEXEC);

	if (ftruncate(fd, sizeof(struct dm_status)) || status_open(&status, fd, -1, &err))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
