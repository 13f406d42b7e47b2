// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * storage_watch.c - a daemon that ends is started again. Its guest's vimo-dm, which holds
 * the requests meanwhile, gets a connection to the new one.
 */
#include "helper/helper.h"
#include "dm/request.h"
#include "host/layers.h"
#include "log.h"

#include <stdlib.h>
#include <unistd.h>

#define RECONNECT_MS 300
#define READY_MS 20000
#define SOUND_MS 5000 /* who lived so long was served well */

static void restart(void *arg);
static void watch(struct storage *storage);

static void retry(struct storage *storage)
{
	watch_end(&storage->timer);
	storage->timer = watch_retry(storage->loop, storage->failures++, restart, storage);
}

static void reconnect(void *arg);

static void reconnect_later(struct storage *storage, const struct error *err)
{
	if (!storage->failures++)
		log_warning("%s", err->text);
	/* One that was started anew for it has a timer already. */
	if (!storage->timer)
		storage->timer = watch_timer(storage->loop, RECONNECT_MS, reconnect, storage);
}

/* vimo-dm may have been started with a connection meanwhile. */
static void on_reconnected(void *arg, int result, const struct error *err)
{
	struct storage *storage = arg;

	storage->asked = NULL;
	if (result && !storage->connected) {
		reconnect_later(storage, err);
		return;
	}
	storage_connected(storage);
	log_info("%s: %s: served again", storage->guest, storage->name);
}

/* vimo-dm may be starting: then it has a connection already, or will be asked again. */
static void reconnect(void *arg)
{
	struct storage *storage = arg;
	struct fd_list fds = { 0 };
	struct error err;

	watch_end(&storage->timer);
	if (storage->connected || storage->asked)
		return;
	fds.fd[0] = storage_connect(storage, &err);
	if (fds.fd[0] >= 0) {
		fds.count = 1;
		storage->asked =
			dm_reconnect(storage->loop, storage->guest, storage->slot, &fds, on_reconnected, storage, &err);
		fd_list_close(&fds);
	}
	if (!storage->asked)
		reconnect_later(storage, &err);
}

static void on_exit_event(void *arg)
{
	struct storage *storage = arg;
	struct error err;

	if (storage->messages)
		storage_read_messages(storage); /* its last words */
	if (storage->serves)
		log_warning("%s: %s: its %s ended: starting another", storage->guest, storage->name,
			    storage->kind->program);
	else if (storage_error(storage, &err))
		log_error("%s: %s", storage->guest, err.text);
	storage_unwatch(storage);
	storage_forget(storage);
	if (storage->kind->once && uv_now(storage->loop) - storage->begun_ms > SOUND_MS)
		storage->failures = 0;
	retry(storage);
}

static void on_message(void *arg)
{
	struct storage *storage = arg;

	if (storage_read_messages(storage))
		return;
	watch_end(&storage->messages);
	close(storage->messages_fd);
	storage->messages_fd = -1;
}

static void on_ready(void *arg)
{
	struct storage *storage = arg;
	int ready = storage_read_ready(storage);

	if (!ready)
		return;
	watch_end(&storage->ready);
	watch_end(&storage->timer);
	close(storage->ready_fd);
	storage->ready_fd = -1;
	if (ready < 0)
		return; /* its end is told, too */
	storage->failures = 0;
	reconnect(storage);
}

static void on_timeout(void *arg)
{
	struct storage *storage = arg;

	log_error("%s: %s: %s is not ready in time", storage->guest, storage->name, storage->kind->program);
	watch_end(&storage->timer);
	helper_kill(&storage->process); /* its end is told */
}

static void start(struct storage *storage)
{
	struct error err;

	if (!storage_begin(storage, &err)) {
		watch(storage);
		if (storage->serves)
			reconnect(storage);
		return;
	}
	log_error("%s: %s", storage->guest, err.text);
	retry(storage);
}

/* Images are looked at by a thread: their server may not answer, which is why the last one ended, perhaps. */
struct look {
	uv_work_t work;
	struct storage *storage; /* NULL: nobody wants it any more */
	struct disk_config disk;
	struct layers *layers;
	struct error err;
};

static void look(uv_work_t *work)
{
	struct look *look = work->data;

	look->layers = storage_open(&look->disk, &look->err);
}

static void looked(uv_work_t *work, int status)
{
	struct look *look = work->data;
	struct storage *storage = look->storage;

	(void)status;
	if (storage)
		storage->look = NULL;
	if (storage && look->layers) {
		storage->layers = look->layers;
		start(storage);
	} else if (storage) {
		log_error("%s: %s", storage->guest, look->err.text);
		retry(storage);
	} else if (look->layers) {
		layers_close(look->layers);
	}
	free(look);
}

static void restart(void *arg)
{
	struct storage *storage = arg;

	watch_end(&storage->timer);
	if (storage->kind != &storage_disk) {
		start(storage);
		return;
	}
	storage->look = calloc(1, sizeof(*storage->look));
	if (!storage->look)
		abort();
	storage->look->work.data = storage->look;
	storage->look->storage = storage;
	storage->look->disk = storage->disk;
	uv_queue_work(storage->loop, &storage->look->work, look, looked);
}

static void watch(struct storage *storage)
{
	storage->exit = watch_fd(storage->loop, storage->process.pidfd, UV_READABLE, on_exit_event, storage);
	if (storage->messages_fd >= 0)
		storage->messages = watch_fd(storage->loop, storage->messages_fd, UV_READABLE, on_message, storage);
	storage->begun_ms = uv_now(storage->loop);
	if (storage->ready_fd < 0)
		return;
	storage->ready = watch_fd(storage->loop, storage->ready_fd, UV_READABLE, on_ready, storage);
	storage->timer = watch_timer(storage->loop, READY_MS, on_timeout, storage);
}

void storage_watch(struct storage *storage, uv_loop_t *loop)
{
	storage->loop = loop;
	if (!storage->process.pid) {
		retry(storage);
		return;
	}
	watch(storage);
	if (storage->serves && !storage->connected)
		storage->timer = watch_timer(loop, RECONNECT_MS, reconnect, storage);
}

void storage_unwatch(struct storage *storage)
{
	watch_end(&storage->exit);
	watch_end(&storage->ready);
	watch_end(&storage->messages);
	watch_end(&storage->timer);
	dm_request_cancel(&storage->asked);
	if (storage->look)
		storage->look->storage = NULL;
	storage->look = NULL;
}
