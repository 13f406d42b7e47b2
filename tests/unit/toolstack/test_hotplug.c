// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_hotplug.c - disks come and go with a vimo-dm that answers as told; a failure leaves nothing behind.
 */
#include "base/store.h"
#include "config/file.h"
#include "dm/request.h"
#include "guest/disk_files.h"
#include "guest/hotplug_disk.h"
#include "guest/hotplug_vif.h"
#include "guest/record.h"
#include "guest/resize.h"
#include "json.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/test_hotplug.XXXXXX";
static struct guest guest;
static struct error err;
static int records, kills, record_result;

/* What the guest's other files do. */
int record_write(const struct guest *of, struct error *error)
{
	(void)of;
	records++;
	return record_result ? error_set(error, ERROR_FAILED, "disk full") : 0;
}

void record_update(struct guest *of)
{
	(void)of;
	records++;
}

static int ended;

static void on_event(struct guest *of, const struct guest_event *event)
{
	assert_ptr_equal(of, &guest);
	assert_int_equal(event->kind, EVENT_CHANGED);
	assert_false(of->busy);
	ended++;
}

void dm_kill(struct dm_process *backend)
{
	(void)backend;
	kills++;
}

/* A vimo-dm: answers one request. */
static struct {
	int listener, fds;
	const char *answer; /* NULL: it ends without one */
	char request[1024];
	pthread_t thread;
} model;

static void *serve(void *unused)
{
	int fd = accept(model.listener, NULL, NULL);
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * 8)];
	} rights;
	struct iovec bytes = { model.request, sizeof(model.request) - 1 };
	struct msghdr message = {
		.msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof(rights)
	};
	ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	(void)unused;
	model.request[got > 0 ? got : 0] = '\0';
	model.fds = part ? (int)((part->cmsg_len - CMSG_LEN(0)) / sizeof(int)) : 0;
	for (int n = 0; n < model.fds; n++) {
		int passed;

		memcpy(&passed, CMSG_DATA(part) + n * sizeof(int), sizeof(int));
		close(passed);
	}
	if (model.answer)
		send(fd, model.answer, strlen(model.answer), 0);
	close(fd);
	return NULL;
}

static void model_will(const char *answer)
{
	model.answer = answer;
	pthread_create(&model.thread, NULL, serve, NULL);
}

static void model_did(const char *request, int with_fds)
{
	pthread_join(model.thread, NULL);
	if (!strstr(model.request, request) || model.fds != with_fds)
		fail_msg("%s with %d descriptors", model.request, model.fds);
}

static struct guests of_guests = { .on_event = on_event };
static const struct disk_config *attached;

static int changed;

static void on_changed(void *arg, struct guest *of, uint32_t slot, const struct error *why)
{
	(void)arg;
	assert_ptr_equal(of, &guest);
	changed = why ? -1 : 0;
	attached = NULL;
	for (uint32_t n = 0; !why && n < of->config.disk_count; n++)
		if (of->config.disk[n].slot == slot)
			attached = &of->config.disk[n];
	if (why)
		err = *why;
}

static const struct disk_config *attach(const char *spec)
{
	hotplug_add_disk(&guest, spec, directory, on_changed, NULL);
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
	assert_false(guest.busy);
	return attached;
}

static int detach(const char *vdev, bool force)
{
	hotplug_remove_disk(&guest, vdev, force, on_changed, NULL);
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
	assert_false(guest.busy);
	return changed;
}

static int detach_vif(const char *which)
{
	hotplug_remove_vif(&guest, which, true, on_changed, NULL);
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
	return changed;
}

static int enter(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	if (!mkdtemp(directory) || chdir(directory) || mkdir("records", 0700) || mkdir("records/g", 0700))
		return -1;
	setenv("VIMO_RUN_DIR", directory, 1);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", store_record("g", "control.sock"));
	model.listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	close(open("a", O_RDWR | O_CREAT, 0600));
	return truncate("a", 4096) || bind(model.listener, (struct sockaddr *)&address, sizeof(address)) ||
	       listen(model.listener, 4);
}

static int leave(void **state)
{
	(void)state;
	return unlink("a") || unlink("records/g/control.sock") || rmdir("records/g") || rmdir("records") ||
	       rmdir(directory);
}

static int start(void **state)
{
	const struct config_source source = { .text = "name = \"g\"\nkernel = \"/k\"\nhotplug = 2\n",
					      .file = "g.cfg",
					      .cwd = "/" };
	struct findings findings;
	json_object *json = config_parse(&source, &findings, NULL);
	int result = json ? config_check(json, &guest.config, &err) : -1;

	(void)state;
	findings_end(&findings);
	json_object_put(json);
	guest.state = GUEST_RUNNING;
	of_guests.loop = uv_default_loop();
	guest.guests = &of_guests;
	guest.slots = config_slots(&guest.config);
	records = kills = record_result = ended = 0;
	return result;
}

static void assert_nothing_left(void)
{
	struct disk_config disk = { .vdev = "vda" };
	struct disk_files files;

	assert_int_equal(guest.config.disk_count, 0);
	snprintf(disk.target, sizeof(disk.target), "%s/a", directory);
	disk_files_none(&files);
	if (disk_files_add(&files, &disk, "uuid", &err))
		fail_msg("%s", err.text);
	disk_files_close(&files);
}

static void a_disk_comes_and_goes(void **state)
{
	const struct disk_config *disk;

	(void)state;
	model_will("OK");
	disk = attach("vdev=vdc,target=a");
	model_did("{\"add\":{\"type\":\"block\",\"slot\":4,\"fds\":1,", 1);
	assert_ptr_equal(disk, &guest.config.disk[0]);
	assert_string_equal(disk->vdev, "vdc");
	assert_int_equal(guest.config.disk_count, 1);
	assert_int_equal(records, 1);
	model_will("ERROR the guest uses it\n");
	assert_int_equal(detach("xvdc", false), -1);
	model_did("{\"remove\":{\"slot\":4,\"force\":false}}", 0);
	assert_int_equal(err.code, ERROR_STATE);
	assert_string_equal(err.text, "g: the guest uses it");
	assert_int_equal(guest.config.disk_count, 1);
	model_will("OK");
	assert_int_equal(detach("vdc", true), 0);
	model_did("{\"remove\":{\"slot\":4,\"force\":true}}", 0);
	assert_nothing_left();
	assert_int_equal(kills, 0);
}

static int64_t resized;

static void on_resized(void *arg, int64_t bytes, const struct error *why)
{
	assert_ptr_equal(arg, &guest);
	resized = bytes;
	if (why)
		err = *why;
}

static int64_t resize(const char *vdev, int64_t bytes)
{
	resized = -2;
	resize_disk(&guest, vdev, bytes, on_resized, &guest);
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
	return resized;
}

static void a_disk_grows(void **state)
{
	struct disk_files files;
	struct stat status;

	(void)state;
	assert_int_equal(resize("vda", 8192), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	model_will("OK");
	assert_non_null(attach("a"));
	model_did("{\"add\":", 1);
	/* As its vimo-dm has the image. */
	disk_files_none(&files);
	assert_int_equal(disk_files_add(&files, &guest.config.disk[0], guest.config.uuid, &err), 0);
	model_will("OK");
	assert_int_equal(resize("vda", 8192), 8192);
	model_did("{\"grow\":{\"slot\":4}}", 0);
	model_will("ERROR the image is smaller\n");
	assert_int_equal(resize("xvda", 0), -1);
	model_did("{\"grow\":{\"slot\":4}}", 0);
	assert_string_equal(err.text, "g: the image is smaller");
	assert_int_equal(resize("vda", 512), -1);
	assert_non_null(strstr(err.text, "can only grow"));
	assert_int_equal(stat("a", &status), 0);
	assert_int_equal(status.st_size, 8192);
	disk_files_close(&files);
	assert_int_equal(resize("vda", 16384), -1);
	model_will("OK");
	assert_int_equal(detach("vda", true), 0);
	model_did("{\"remove\":", 0);
	assert_nothing_left();
}

static void a_failure_leaves_nothing(void **state)
{
	(void)state;
	model_will("ERROR no memory");
	assert_null(attach("a"));
	model_did("{\"add\":", 1);
	assert_string_equal(err.text, "g: no memory");
	assert_int_equal(records, 2); /* with it, and without it again */
	assert_nothing_left();
	record_result = -1;
	assert_null(attach("a"));
	assert_string_equal(err.text, "disk full");
	assert_nothing_left();
	assert_int_equal(kills, 0);
}

static void a_vimo_dm_that_does_not_answer_is_killed(void **state)
{
	(void)state;
	model_will(NULL);
	assert_null(attach("a"));
	model_did("{\"add\":", 1);
	assert_int_equal(err.code, ERROR_FAILED);
	assert_int_equal(kills, 1);
	assert_nothing_left();
}

static void a_guest_that_ends_meanwhile_gets_none(void **state)
{
	(void)state;
	hotplug_add_disk(&guest, "a", directory, on_changed, NULL);
	assert_true(guest.busy); /* a thread opens it */
	guest.state = GUEST_ENDING;
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
	assert_null(attached);
	assert_int_equal(err.code, ERROR_STATE);
	assert_int_equal(ended, 1);
	assert_int_equal(records, 0);
	assert_nothing_left();
}

static void slots_and_states_have_limits(void **state)
{
	(void)state;
	guest.slots = CONFIG_SLOT_FIRST;
	assert_null(attach("a"));
	assert_int_equal(err.code, ERROR_RESOURCES);
	guest.state = GUEST_BUILDING;
	assert_null(attach("a"));
	assert_int_equal(err.code, ERROR_STATE);
	assert_int_equal(detach("vda", true), -1);
	assert_int_equal(err.code, ERROR_STATE);
	guest.state = GUEST_RUNNING;
	assert_int_equal(detach("vda", true), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_int_equal(detach_vif("0"), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_int_equal(detach_vif(""), -1);
	assert_int_equal(err.code, ERROR_NOT_FOUND);
	assert_int_equal(records, 0);
}

static struct dm_request *asked;
static int answers;

static void on_answer(void *arg, int result, const struct error *why)
{
	assert_ptr_equal(arg, &guest);
	asked = NULL;
	answers++;
	changed = result;
	if (result)
		err = *why;
}

static void ask_for_slot_5(void)
{
	int end = dup(0);
	const struct fd_list fds = { .count = 1, .fd = { end } };

	asked = dm_reconnect(of_guests.loop, "g", 5, &fds, on_answer, &guest, &err);
	close(end);
}

static void the_loop_does_not_wait_for_a_reconnection(void **state)
{
	(void)state;
	answers = 0;
	/* No vimo-dm takes the request: the loop goes on, and the request can be cancelled. */
	ask_for_slot_5();
	assert_non_null(asked);
	uv_run(of_guests.loop, UV_RUN_NOWAIT);
	assert_int_equal(answers, 0);
	dm_request_cancel(&asked);
	assert_null(asked);
	close(accept(model.listener, NULL, NULL));
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
	assert_int_equal(answers, 0);
	model_will("OK");
	ask_for_slot_5();
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
	model_did("{\"reconnect\":{\"slot\":5}}", 1);
	assert_int_equal(answers, 1);
	assert_int_equal(changed, 0);
	model_will("ERROR no such device");
	ask_for_slot_5();
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
	model_did("{\"reconnect\":{\"slot\":5}}", 1);
	assert_int_equal(changed, -1);
	assert_string_equal(err.text, "g: no such device");
	model_will(NULL);
	ask_for_slot_5();
	uv_run(of_guests.loop, UV_RUN_DEFAULT);
	model_did("{\"reconnect\":{\"slot\":5}}", 1);
	assert_int_equal(err.code, ERROR_UNREACHABLE);
	assert_int_equal(answers, 3);
	assert_int_equal(kills, 0);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_disk_comes_and_goes),
		TEST(a_disk_grows),
		TEST(a_failure_leaves_nothing),
		TEST(a_vimo_dm_that_does_not_answer_is_killed),
		TEST(a_guest_that_ends_meanwhile_gets_none),
		TEST(the_loop_does_not_wait_for_a_reconnection),
		TEST(slots_and_states_have_limits),
	};

	return cmocka_run_group_tests_name("hotplug", tests, enter, leave);
}
