// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * supervisor.c - watch a helper's process: ready, messages, end; then start the next one.
 */
#include "helper/supervisor.h"
#include "alloc.h"
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READY_MS 20000
#define REFRESH_MS 5000
#define QUIET_MS 100          /* between two reads of messages */
#define RECONNECT_DOUBLINGS 2 /* vimo-dm may be starting: it is asked again after 400 ms at most */

static void restart(void *arg);
static void watch(struct helper *helper);

static void restart_later(struct helper *helper)
{
	watch_end(&helper->timer);
	helper->timer = watch_retry(helper->loop, helper->failures++, restart, helper);
}

/* If vimo-dm is starting, it has a connection already, or the next try reaches it. */
static void reconnect(void *arg)
{
	struct helper *helper = arg;
	size_t name = strlen(helper->name);
	struct error err;
	int fd;

	if (helper->connected || reconnect_is_active(&helper->reconnect))
		return;
	fd = supervisor_connect(helper, &err);
	if (fd >= 0)
		reconnect_offer(&helper->reconnect, fd);
	else
		reconnect_failed(&helper->reconnect,
				 strncmp(err.text, helper->name, name) ? err.text : err.text + name + 2);
}

static void on_connected(void *arg)
{
	struct helper *helper = arg;

	helper_connected(helper);
	helper_log(helper, LOG_LEVEL_INFO, "%s: %s serves again", helper->name, helper->kind->program);
}

static void on_exit_event(void *arg)
{
	struct helper *helper = arg;
	struct error err;

	if (helper->messages)
		helper_read_messages(helper); /* its last words */
	if (helper->serves)
		helper_log(helper, LOG_LEVEL_WARNING, "%s: its %s ended: starting another", helper->name,
			   helper->kind->program);
	else if (helper_error(helper, &err))
		helper_log(helper, LOG_LEVEL_ERROR, "%s", err.text);
	if (helper->serves && uv_now(helper->loop) - helper->begun_ms >= helper->kind->sound_ms)
		helper->failures = 0;
	supervisor_unwatch(helper);
	helper_forget(helper);
	restart_later(helper);
}

static void on_message(void *arg);

static void on_quiet(void *arg)
{
	struct helper *helper = arg;

	watch_end(&helper->messages);
	helper->messages = watch_fd(helper->loop, helper->messages_fd, UV_READABLE, on_message, helper);
}

/* A process that writes all the time does not keep vimod busy. */
static void on_message(void *arg)
{
	struct helper *helper = arg;

	if (helper_read_messages(helper)) {
		watch_end(&helper->messages);
		helper->messages = watch_timer(helper->loop, QUIET_MS, on_quiet, helper);
		return;
	}
	watch_end(&helper->messages);
	close(helper->messages_fd);
	helper->messages_fd = -1;
}

static void on_ready(void *arg)
{
	struct helper *helper = arg;
	int ready = helper_read_ready(helper);

	if (!ready)
		return;
	watch_end(&helper->ready);
	watch_end(&helper->timer);
	close(helper->ready_fd);
	helper->ready_fd = -1;
	if (ready > 0)
		reconnect(helper);
	/* else on_exit_event() follows */
}

static void on_timeout(void *arg)
{
	struct helper *helper = arg;

	helper_log(helper, LOG_LEVEL_ERROR, "%s: %s is not ready in time", helper->name, helper->kind->program);
	watch_end(&helper->timer);
	process_kill(&helper->process); /* on_exit_event() follows */
}

static void on_refresh(void *arg)
{
	struct helper *helper = arg;

	watch_end(&helper->refresh);
	helper->kind->refresh(helper);
	helper->refresh = watch_timer(helper->loop, REFRESH_MS, on_refresh, helper);
}

static void start(struct helper *helper)
{
	struct error err;

	if (helper_begin(helper, &err)) {
		helper_log(helper, LOG_LEVEL_ERROR, "%s", err.text);
		restart_later(helper);
		return;
	}
	watch(helper);
	if (helper->serves)
		reconnect(helper);
}

/* Images are opened by a thread: perhaps their server does not answer, which is why the last process ended. */
struct preparation {
	uv_work_t work;
	struct helper *helper; /* NULL: not wanted any more */
	const struct helper_kind *kind;
	uid_t user;
	union helper_config config;
	void *prepared;
	struct error err;
};

static void prepare(uv_work_t *work)
{
	struct preparation *preparation = work->data;

	preparation->prepared = preparation->kind->prepare(&preparation->config, preparation->user, &preparation->err);
}

static void on_prepared(uv_work_t *work, int status)
{
	struct preparation *preparation = work->data;
	struct helper *helper = preparation->helper;

	(void)status;
	if (helper)
		helper->preparation = NULL;
	if (helper && preparation->prepared) {
		helper->prepared = preparation->prepared;
		start(helper);
	} else if (helper) {
		helper_log(helper, LOG_LEVEL_ERROR, "%s", preparation->err.text);
		restart_later(helper);
	} else if (preparation->prepared) {
		preparation->kind->discard(preparation->prepared);
	}
	free(preparation);
}

static void restart(void *arg)
{
	struct helper *helper = arg;
	struct preparation *preparation;

	watch_end(&helper->timer);
	if (!helper->kind->prepare) {
		start(helper);
		return;
	}
	preparation = alloc_zeroed(sizeof(*preparation));
	preparation->work.data = preparation;
	preparation->helper = helper;
	preparation->kind = helper->kind;
	preparation->user = helper->user;
	preparation->config = helper->config;
	helper->preparation = preparation;
	uv_queue_work(helper->loop, &preparation->work, prepare, on_prepared);
}

static void watch(struct helper *helper)
{
	helper->exit = watch_fd(helper->loop, helper->process.pidfd, UV_READABLE, on_exit_event, helper);
	if (helper->messages_fd >= 0)
		helper->messages = watch_fd(helper->loop, helper->messages_fd, UV_READABLE, on_message, helper);
	helper->begun_ms = uv_now(helper->loop);
	if (helper->kind->refresh)
		helper->refresh = watch_timer(helper->loop, REFRESH_MS, on_refresh, helper);
	if (helper->ready_fd < 0)
		return;
	helper->ready = watch_fd(helper->loop, helper->ready_fd, UV_READABLE, on_ready, helper);
	helper->timer = watch_timer(helper->loop, READY_MS, on_timeout, helper);
}

void supervisor_watch(struct helper *helper, uv_loop_t *loop)
{
	helper->loop = loop;
	helper->reconnect.loop = loop;
	helper->reconnect.guest = helper->guest;
	helper->reconnect.name = helper->name;
	helper->reconnect.slot = helper->slot;
	helper->reconnect.limit = RECONNECT_DOUBLINGS;
	helper->reconnect.connect = reconnect;
	helper->reconnect.connected = on_connected;
	helper->reconnect.arg = helper;
	if (!helper->process.pid) {
		restart_later(helper);
		return;
	}
	watch(helper);
	if (helper->serves && !helper->connected)
		reconnect_later(&helper->reconnect);
}

void supervisor_unwatch(struct helper *helper)
{
	watch_end(&helper->exit);
	watch_end(&helper->ready);
	watch_end(&helper->messages);
	watch_end(&helper->timer);
	watch_end(&helper->refresh);
	reconnect_end(&helper->reconnect);
	if (helper->preparation)
		helper->preparation->helper = NULL;
	helper->preparation = NULL;
}

static int start_anew(struct helper *helper, struct error *err)
{
	bool watched = helper->exit || helper->timer || helper->preparation;
	int result;

	supervisor_unwatch(helper);
	helper_stop(helper);
	result = helper_begin(helper, err);
	if (watched)
		supervisor_watch(helper, helper->loop);
	return result;
}

int supervisor_connect(struct helper *helper, struct error *err)
{
	char starting[64];
	int fd = -1;

	errno = 0;
	if (helper->kind->clients != CLIENTS_IN_TURN) {
		if (helper->connection < 0 && start_anew(helper, err))
			return -1;
		fd = fcntl(helper->connection, F_DUPFD_CLOEXEC, 0);
	} else if (helper->serves) {
		fd = helper_dial(helper);
	}
	if (fd >= 0)
		return fd;
	snprintf(starting, sizeof(starting), "its %s is starting again: try once more", helper->kind->program);
	return helper_fail(helper, ERROR_FAILED, errno ? strerror(errno) : starting, err);
}
