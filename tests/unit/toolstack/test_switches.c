// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_switches.c - vimod connects to a switch: vimo-dm gets connections to switches that answer, and no others.
 */
#include "helper/switches.h"
#include "dm/request.h"
#include "dm_files.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define SLOT 4u

static char directory[] = "/tmp/test_switches.XXXXXX";
static struct guest_config config = { .name = "g", .vif_count = 1 };
static struct switch_link *links[CONFIG_SLOTS];
static uv_loop_t loop;
static unsigned int lines;
static int status_fd; /* vimo-dm's */

void log_line(enum log_level level, const char *format, ...)
{
	(void)level;
	(void)format;
	lines++;
}

/* vimo-dm: takes what it is given, or refuses. */
static struct {
	bool refuses;
	unsigned int asked;
} model;

struct dm_request {
	struct watch *timer;
	dm_request_fn done;
	void *arg;
};

void dm_request_cancel(struct dm_request **request)
{
	if (*request)
		watch_end(&(*request)->timer);
	free(*request);
	*request = NULL;
}

static int ask_for_links(uint32_t slots)
{
	const struct dm_status status = { .magic = DM_STATUS_MAGIC, .links_down = slots };

	return pwrite(status_fd, &status, sizeof(status), 0) == (ssize_t)sizeof(status) ? 0 : -1;
}

static void answer_request(void *arg)
{
	struct dm_request *request = arg;
	const struct dm_request asked = *request;
	struct error err;
	int result = 0;

	dm_request_cancel(&request);
	if (model.refuses)
		result = error_set(&err, ERROR_FAILED, "it is starting");
	else
		result = ask_for_links(0);
	asked.done(asked.arg, result, &err);
	if (!model.refuses)
		uv_stop(&loop);
}

struct dm_request *dm_reconnect(uv_loop_t *in, const char *name, uint32_t slot, const struct fd_list *fds,
				dm_request_fn done, void *arg, struct error *err)
{
	struct dm_request *request = calloc(1, sizeof(*request));

	(void)err;
	assert_string_equal(name, "g");
	assert_int_equal(slot, SLOT);
	assert_int_equal(fds->count, 1);
	assert_int_equal(fcntl(fds->fd[0], F_GETFL) & O_NONBLOCK, 0);
	model.asked++;
	request->done = done;
	request->arg = arg;
	request->timer = watch_timer(in, 0, answer_request, request);
	return request;
}

/* A switch. */
static struct {
	enum { ANSWERS, IN_PIECES, HANGS_UP, SLEEPS, IS_NONE } kind;
	int listener, fd;
	unsigned int came, until; /* the loop stops */
	struct watch *watch, *rest;
} other;

static const uint32_t answer[] = { 1, 5, 8, 0, 1 }; /* GET_FEATURES's */

static void send_rest(void *unused)
{
	(void)unused;
	watch_end(&other.rest);
	assert_int_equal(write(other.fd, answer + 3, 8), 8);
}

static void serve(void *unused)
{
	const uint32_t nonsense[5] = { 2 };

	(void)unused;
	if (other.fd >= 0)
		close(other.fd);
	other.fd = accept(other.listener, NULL, NULL);
	assert_true(other.fd >= 0);
	switch (other.kind) {
	case HANGS_UP:
		close(other.fd);
		other.fd = -1;
		break;
	case SLEEPS: break;
	case IN_PIECES:
		assert_int_equal(write(other.fd, answer, 12), 12);
		other.rest = watch_timer(&loop, 10, send_rest, NULL);
		break;
	case IS_NONE: assert_int_equal(write(other.fd, nonsense, sizeof(nonsense)), sizeof(nonsense)); break;
	default: assert_int_equal(write(other.fd, answer, sizeof(answer)), sizeof(answer));
	}
	if (++other.came == other.until)
		uv_stop(&loop);
}

static int enter(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	status_fd = memfd_create("status", MFD_CLOEXEC);
	if (status_fd < 0 || !mkdtemp(directory) || chdir(directory))
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/sock", directory);
	other.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	config.vif[0] = (struct vif_config){ .backend = VIF_VHOST_USER, .slot = SLOT };
	strcpy(config.vif[0].socket, address.sun_path);
	return bind(other.listener, (struct sockaddr *)&address, sizeof(address)) || listen(other.listener, 4);
}

static int leave(void **state)
{
	(void)state;
	return unlink("sock") || chdir("/") || rmdir(directory);
}

static int fresh(void **state)
{
	(void)state;
	model.refuses = false;
	model.asked = other.came = other.until = lines = 0;
	other.fd = -1;
	uv_loop_init(&loop);
	other.watch = watch_fd(&loop, other.listener, UV_READABLE, serve, NULL);
	return 0;
}

/* Nothing is left, whatever was under way. */
static int over(void **state)
{
	(void)state;
	switches_forget(links);
	watch_end(&other.watch);
	if (other.fd >= 0)
		close(other.fd);
	ask_for_links(0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return 0;
}

static void want(void)
{
	assert_int_equal(ask_for_links(1u << SLOT), 0);
	switches_look(links, &config, status_fd, &loop);
}

static void a_switch_that_answers_is_handed_over(void **state)
{
	(void)state;
	switches_look(links, &config, status_fd, &loop);
	assert_null(links[SLOT]); /* vimo-dm does not ask for a connection */
	for (unsigned int n = 0; n < 2; n++) {
		other.kind = n ? IN_PIECES : ANSWERS;
		want();
		uv_run(&loop, UV_RUN_DEFAULT);
		assert_int_equal(model.asked, n + 1);
		assert_int_equal(other.came, n + 1);
	}
}

/* A guest that took vimo-dm over may ask for anything. */
static void other_slots_are_not_looked_at(void **state)
{
	(void)state;
	assert_int_equal(ask_for_links(~(1u << SLOT)), 0);
	switches_look(links, &config, status_fd, &loop);
	assert_int_equal(ftruncate(status_fd, 0), 0);
	switches_look(links, &config, status_fd, &loop);
	for (uint32_t slot = 0; slot < CONFIG_SLOTS; slot++)
		assert_null(links[slot]);
}

static void a_switch_that_hangs_up_is_asked_less_and_less(void **state)
{
	(void)state;
	other.kind = HANGS_UP;
	other.until = 4;
	want();
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(model.asked, 0);
	assert_int_equal(links[SLOT]->reconnect.failures, other.came - 1); /* the last one's end is not seen yet */
	assert_int_equal(lines, 1);
	other.kind = ANSWERS;
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(model.asked, 1);
}

static void a_switch_that_goes_after_its_answer_is_asked_less_and_less(void **state)
{
	(void)state;
	other.kind = ANSWERS;
	for (unsigned int n = 0; n < 5; n++) {
		want();
		uv_run(&loop, UV_RUN_DEFAULT);
		assert_int_equal(model.asked, n + 1);
		assert_int_equal(links[SLOT]->flaps, n);
	}
	assert_int_equal(lines, 4); /* three times it is there again, then that it does not stay */
	/* After a connection that stayed, the count begins anew. */
	links[SLOT]->connected_ms = 1;
	want();
	assert_int_equal(links[SLOT]->flaps, 0);
}

static void a_silent_switch_blocks_nothing(void **state)
{
	(void)state;
	other.kind = SLEEPS;
	other.until = 1;
	want();
	uv_run(&loop, UV_RUN_DEFAULT);
	/* The loop runs meanwhile. */
	for (unsigned int n = 0; n < 3; n++)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_non_null(links[SLOT]->answer);
	assert_int_equal(model.asked, 0);
	switches_look(links, &config, status_fd, &loop); /* does not begin twice */
	assert_int_equal(other.came, 1);
}

static void other_programs_are_not_switches(void **state)
{
	(void)state;
	other.kind = IS_NONE;
	other.until = 2;
	want();
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(model.asked, 0);
	assert_int_equal(lines, 1);
}

static void a_vimo_dm_that_refuses_is_asked_again(void **state)
{
	(void)state;
	other.kind = ANSWERS;
	model.refuses = true;
	other.until = 3;
	want();
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(model.asked, 2);
	assert_int_equal(lines, 1);
	model.refuses = false;
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(model.asked, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, over)
	const struct CMUnitTest tests[] = {
		TEST(a_switch_that_answers_is_handed_over),
		TEST(other_slots_are_not_looked_at),
		TEST(a_switch_that_hangs_up_is_asked_less_and_less),
		TEST(a_switch_that_goes_after_its_answer_is_asked_less_and_less),
		TEST(a_silent_switch_blocks_nothing),
		TEST(other_programs_are_not_switches),
		TEST(a_vimo_dm_that_refuses_is_asked_again),
	};

	return cmocka_run_group_tests_name("switches", tests, enter, leave);
}
