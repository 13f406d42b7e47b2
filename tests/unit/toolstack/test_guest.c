// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_guest.c - guests from create to their end, with a hypervisor, helpers and vimo-dm that do as told.
 */
#include "base/store.h"
#include "boot/guest_fdt.h"
#include "device.h"
#include "guest/adopt.h"
#include "guest/control.h"
#include "guest/create.h"
#include "guest/end.h"
#include "helper/set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_guest.XXXXXX";
static struct guest_config config = { .name = "g", .vcpus = 1, .memory_bytes = 1 << 20 };
static struct guests guests;
static struct error failure; /* of the helpers; code ERROR_NONE: they start */
static int domains, populated, started, spawns, kills, announced;
static bool dm_fails;

/* The hypervisor. */
int device_open(struct error *err)
{
	(void)err;
	return dup(0);
}

int device_info(int device, struct vimo_ioc_info *info, struct error *err)
{
	(void)device;
	(void)err;
	*info = (struct vimo_ioc_info){ .max_vcpus = 4, .gic_version = 3, .free_pages = 1024, .boot_id = 1 };
	return 0;
}

int device_create(int device, uint32_t vcpus, uint32_t weight, uint32_t *domain, struct error *err)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	(void)device;
	(void)vcpus;
	(void)weight;
	(void)err;
	*domain = 7;
	domains++;
	return fd < 0 || ftruncate(fd, 1 << 20) ? -1 : fd;
}

int device_open_domain(int device, uint32_t domain, struct error *err)
{
	(void)device;
	return error_set(err, ERROR_NOT_FOUND, "domain %u", domain);
}

int domain_info(int domain, struct vimo_ioc_domain_info *info, struct error *err)
{
	(void)domain;
	(void)err;
	*info = (struct vimo_ioc_domain_info){ .state = started ? VIMO_DOMAIN_RUNNING : VIMO_DOMAIN_BUILDING };
	return 0;
}

int domain_control(int domain, enum vimo_domain_op op, struct error *err)
{
	(void)domain;
	(void)err;
	started += op == VIMO_OP_START;
	return 0;
}

int domain_populate(int domain, uint64_t ipa, uint64_t bytes, struct error *err)
{
	(void)domain;
	(void)ipa;
	(void)bytes;
	(void)err;
	populated++;
	return 0;
}

int domain_entry(int domain, uint32_t vcpu, uint64_t pc, uint64_t x0, struct error *err)
{
	(void)domain;
	(void)vcpu;
	(void)pc;
	(void)x0;
	(void)err;
	return 0;
}

int domain_memory(int domain, struct error *err)
{
	(void)err;
	return dup(domain);
}

int domain_destroy(int domain, struct error *err)
{
	(void)domain;
	(void)err;
	domains--;
	return 0;
}

/* The guest's files. Its memory is mapped beyond the end of a file, and must not be touched. */
int image_open(struct image *image, const char *kernel, const char *ramdisk, uint64_t bytes, struct error *err)
{
	(void)kernel;
	(void)ramdisk;
	(void)bytes;
	(void)err;
	image->layout.end = 4096;
	return 0;
}

int image_check_pages(const struct image *image, uint64_t page_sizes, struct error *err)
{
	(void)image;
	(void)page_sizes;
	(void)err;
	return 0;
}

int image_load(struct image *image, uint8_t *ram, struct error *err)
{
	(void)image;
	(void)ram;
	(void)err;
	return 0;
}

int image_verify(struct image *image, struct error *err)
{
	(void)image;
	(void)err;
	return 0;
}

void image_clean(const void *start, size_t bytes)
{
	(void)start;
	(void)bytes;
}

void image_close(struct image *image)
{
	(void)image;
}

int guest_fdt_write(void *buffer, const struct guest_config *of, const struct image_layout *layout,
		    uint32_t gic_version, uint32_t slots, struct error *err)
{
	(void)buffer;
	(void)of;
	(void)layout;
	(void)gic_version;
	(void)slots;
	(void)err;
	return 0;
}

/* Helpers. */
int helpers_start(struct helper **helpers, const struct guest_config *of, uid_t user, struct error *err)
{
	(void)helpers;
	assert_in_range(user, 98305, 98559);
	(void)of;
	if (failure.code)
		*err = failure;
	return failure.code ? -1 : 0;
}

void helpers_adopt(struct helper **helpers, const struct guest_config *of, uid_t user)
{
	(void)helpers;
	(void)user;
	(void)of;
}

void helpers_watch(struct helper **helpers, uv_loop_t *loop)
{
	(void)helpers;
	(void)loop;
}

void helpers_unwatch(struct helper **helpers)
{
	(void)helpers;
}

void helpers_connected(struct helper **helpers)
{
	(void)helpers;
}

void helpers_stop(struct helper **helpers)
{
	(void)helpers;
}

/* vimo-dm: ready or not at once, and exits when it is killed. */
static uv_timer_t dm_timer;
static bool dm_exits;

static void on_dm_timer(uv_timer_t *timer)
{
	struct dm_process *dm = timer->data;

	if (dm_exits) {
		dm_exits = false;
		dm->process.pid = 0;
		dm->on_exit(dm->arg);
	} else {
		dm->on_ready(dm->arg, dm_fails ? "no sandbox" : NULL);
	}
}

int dm_spawn(struct dm_process *dm, const char *name, uid_t user, int domain_fd, json_object *description,
	     const struct fd_list *fds, struct error *err)
{
	assert_in_range(user, 98305, 98559);
	(void)name;
	(void)description;
	(void)domain_fd;
	(void)fds;
	(void)err;
	spawns++;
	dm->process.pid = 1;
	dm_timer.data = dm;
	uv_timer_start(&dm_timer, on_dm_timer, 0, 0);
	return 0;
}

bool dm_adopt(struct dm_process *dm, const char *name)
{
	(void)dm;
	(void)name;
	return false;
}

static void exit_dm(struct dm_process *dm)
{
	dm_exits = true;
	dm_timer.data = dm;
	uv_timer_start(&dm_timer, on_dm_timer, 0, 0);
}

void dm_kill(struct dm_process *dm)
{
	kills++;
	exit_dm(dm);
}

/* What clients see. */
static struct {
	int calls;
	struct guest *guest;
	struct error err;
} created, ended;

static void on_created(void *arg, struct guest *guest, const struct error *err)
{
	assert_ptr_equal(arg, &created);
	created.calls++;
	created.guest = guest;
	if (err)
		created.err = *err;
}

static void on_ended(void *arg, struct guest *guest, const struct error *err)
{
	assert_ptr_equal(arg, &ended);
	assert_null(err);
	ended.calls++;
	ended.guest = guest;
}

static void observe(void *arg, struct guest *guest)
{
	assert_ptr_equal(arg, &announced);
	assert_string_equal(guest->config.name, "g");
	announced++;
}

/* Watches of a guest that is up keep the loop alive. */
#define RUN_UNTIL(condition) \
	while (!(condition)) \
	uv_run(guests.loop, UV_RUN_ONCE)

static struct guest *create(void)
{
	created.calls = 0;
	create_guest(&guests, &config, CREATE_AND_START, on_created, &created);
	RUN_UNTIL(created.calls);
	return guest_find(&guests, "g");
}

static void destroy(struct guest *guest)
{
	ended.calls = 0;
	end_request(guest, false, on_ended, &ended);
	RUN_UNTIL(ended.calls);
	assert_null(ended.guest);
	assert_null(guests.first);
	assert_int_equal(domains, 0);
	assert_int_not_equal(access(store_record("g", "domain.json"), F_OK), 0);
}

static void it_runs_until_it_is_destroyed(void **state)
{
	struct guest *guest = create();
	struct error err;

	(void)state;
	assert_non_null(guest);
	assert_ptr_equal(created.guest, guest);
	assert_int_equal(created.calls, 1);
	assert_int_equal(guest->state, GUEST_RUNNING);
	assert_int_equal(started, 1);
	assert_int_equal(control_unpause(guest, &err), -1);
	assert_int_equal(err.code, ERROR_STATE);
	assert_int_equal(control_pause(guest, &err), 0);
	assert_int_equal(guest->state, GUEST_PAUSED);
	assert_int_equal(control_unpause(guest, &err), 0);
	assert_int_equal(guest->state, GUEST_RUNNING);
	announced = 0;
	destroy(guest);
	assert_int_equal(announced, 2); /* ending, gone */
	assert_int_equal(kills, 1);
}

static void a_guest_can_be_created_paused(void **state)
{
	struct guest *guest;
	struct error err;

	(void)state;
	created.calls = 0;
	create_guest(&guests, &config, CREATE_PAUSED, on_created, &created);
	RUN_UNTIL(created.calls);
	guest = guest_find(&guests, "g");
	assert_ptr_equal(created.guest, guest);
	assert_int_equal(guest->state, GUEST_PAUSED);
	assert_int_equal(started, 0);
	assert_int_equal(control_pause(guest, &err), -1);
	assert_int_equal(control_unpause(guest, &err), 0);
	assert_int_equal(guest->state, GUEST_RUNNING);
	assert_int_equal(started, 1);
	assert_int_equal(control_pause(guest, &err), 0);
	assert_int_equal(control_unpause(guest, &err), 0);
	assert_int_equal(started, 1);
	/* Its next life begins at once. */
	end_request(guest, true, on_ended, &ended);
	RUN_UNTIL(guest->state == GUEST_RUNNING && started == 2);
	destroy(guest);
}

static void a_helper_that_fails_is_its_creators_error(void **state)
{
	(void)state;
	error_set(&failure, ERROR_STATE, "network 52:54:00:00:00:01: no");
	assert_null(create());
	assert_int_equal(created.calls, 1);
	assert_string_equal(created.err.text, failure.text);
	assert_int_equal(spawns, 0);
	assert_int_equal(domains, 0);
}

static void a_vimo_dm_that_is_not_ready_is_its_creators_error(void **state)
{
	(void)state;
	dm_fails = true;
	assert_null(create());
	assert_int_equal(created.calls, 1);
	assert_string_equal(created.err.text, "vimo-dm of g did not start: no sandbox");
	assert_int_equal(started, 0);
}

static void on_built_halfway(void *arg, struct guest *guest)
{
	static bool once;

	(void)arg;
	if (once || guest->state != GUEST_BUILDING)
		return;
	once = true;
	end_request(guest, false, on_ended, &ended);
}

static void a_guest_can_be_destroyed_while_it_is_built(void **state)
{
	(void)state;
	guests_observe(&guests, on_built_halfway, NULL);
	assert_null(create());
	assert_int_equal(ended.calls, 1);
	assert_int_equal(created.calls, 1);
	assert_string_equal(created.err.text, "g was destroyed while it was created");
	assert_int_equal(domains, 0);
	assert_int_equal(spawns, 0);
}

static void a_restart_waits_for_what_is_in_use(void **state)
{
	struct guest *guest = create();

	(void)state;
	error_set(&failure, ERROR_STATE, "disk vda is in use");
	end_request(guest, true, on_ended, &ended);
	RUN_UNTIL(guest->waits);
	assert_int_equal(ended.calls, 1);
	assert_ptr_equal(ended.guest, guest);
	assert_int_equal(guest->state, GUEST_BUILDING);
	assert_non_null(strstr(guest->problem, "disk vda is in use"));
	assert_int_equal(populated, 2);
	failure.code = ERROR_NONE;
	RUN_UNTIL(guest->state == GUEST_RUNNING);
	assert_int_equal(populated, 2); /* its memory is loaded once */
	assert_int_equal(guest->problem[0], 0);
	assert_int_equal(started, 2);
	destroy(guest);
}

static void a_vimo_dm_that_exits_is_followed_by_another(void **state)
{
	struct guest *guest = create();

	(void)state;
	exit_dm(&guest->dm);
	RUN_UNTIL(spawns == 2);
	RUN_UNTIL(!guest->respawns);
	assert_int_equal(guest->state, GUEST_RUNNING);
	assert_int_equal(started, 1);
	destroy(guest);
}

static void a_stopped_guest_is_kept_or_ends(void **state)
{
	struct guest *guest = create();

	(void)state;
	guest_post(guest, &(struct guest_event){ .kind = EVENT_PRESERVE });
	assert_int_equal(guest->state, GUEST_STOPPED);
	destroy(guest);
	guest = create();
	guest->restart = true;
	guest_post(guest, &(struct guest_event){ .kind = EVENT_STOP });
	assert_int_equal(kills, 1); /* vimo-dm drains */
	exit_dm(&guest->dm);
	RUN_UNTIL(guest->state == GUEST_RUNNING);
	destroy(guest);
}

static void put_record(const char *name, const char *guest_state, int boot_id)
{
	char text[512];
	json_object *json;
	struct error err;

	snprintf(text, sizeof(text),
		 "{\"version\":1,\"domain\":7,\"slots\":4,\"boot_id\":%d,\"state\":\"%s\",\"cause\":\"\","
		 "\"restart\":false,\"reboot\":false,\"config\":{\"name\":\"%s\",\"kernel\":\"/k\"}}",
		 boot_id, guest_state, name);
	json = json_tokener_parse(text);
	assert_int_equal(store_make(name, &err), 0);
	assert_int_equal(store_write(name, "domain.json", json, &err), 0);
	json_object_put(json);
}

static void a_record_without_a_domain_ends(void **state)
{
	struct error err;

	(void)state;
	put_record("g", "running", 2);
	guests.device = -1;
	assert_int_equal(guests_open(&guests, &err), 0);
	assert_non_null(guests.first);
	assert_int_equal(guests.first->state, GUEST_ENDING);
	assert_int_equal(guests.first->domain, 0); /* that number is of another life of dom0 */
	RUN_UNTIL(!guests.first);
}

/* EL2 gave the number of the ended guest's domain to the other. */
static void an_ended_guest_does_not_have_anothers_domain(void **state)
{
	struct error err;

	(void)state;
	guests_observe(&guests, NULL, NULL);
	put_record("g", "ending", 1);
	put_record("h", "running", 1);
	guests.device = -1;
	assert_int_equal(guests_open(&guests, &err), 0);
	assert_int_equal(guest_find(&guests, "g")->domain, 0);
	assert_int_equal(guest_find(&guests, "h")->domain, 7);
	RUN_UNTIL(!guests.first);
}

static void records_with_one_domain_are_not_followed(void **state)
{
	struct error err;

	(void)state;
	put_record("g", "paused", 1);
	put_record("h", "running", 1);
	guests.device = -1;
	assert_int_equal(guests_open(&guests, &err), 0);
	assert_null(guests.first);
	assert_true(store_exists("g"));
	assert_true(store_exists("h"));
	assert_null(create());
	assert_int_equal(created.err.code, ERROR_STATE);
	assert_non_null(strstr(created.err.text, "could not adopt"));
	store_remove("g");
	store_remove("h");
}

static int fresh(void **state)
{
	(void)state;
	guests_init(&guests, uv_default_loop());
	guests_observe(&guests, observe, &announced);
	memset(&created, 0, sizeof(created));
	memset(&ended, 0, sizeof(ended));
	memset(&failure, 0, sizeof(failure));
	domains = populated = started = spawns = kills = announced = 0;
	dm_fails = dm_exits = false;
	return 0;
}

static int done(void **state)
{
	(void)state;
	close(guests.device);
	return guests.first ? -1 : 0;
}

static int enter(void **state)
{
	(void)state;
	uv_timer_init(uv_default_loop(), &dm_timer);
	return mkdtemp(directory) && !setenv("VIMO_LOG_DIR", directory, 1) ? setenv("VIMO_RUN_DIR", directory, 1) : -1;
}

static int leave(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)
	const struct CMUnitTest tests[] = {
		TEST(it_runs_until_it_is_destroyed),
		TEST(a_guest_can_be_created_paused),
		TEST(a_helper_that_fails_is_its_creators_error),
		TEST(a_vimo_dm_that_is_not_ready_is_its_creators_error),
		TEST(a_guest_can_be_destroyed_while_it_is_built),
		TEST(a_restart_waits_for_what_is_in_use),
		TEST(a_vimo_dm_that_exits_is_followed_by_another),
		TEST(a_stopped_guest_is_kept_or_ends),
		TEST(a_record_without_a_domain_ends),
		TEST(an_ended_guest_does_not_have_anothers_domain),
		TEST(records_with_one_domain_are_not_followed),
	};

	return cmocka_run_group_tests_name("guest", tests, enter, leave);
}
