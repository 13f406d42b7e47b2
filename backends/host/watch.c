// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch.c - eventfds in the event loop.
 */
#include "host/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct watch {
	uv_poll_t poll;
	int fd;
	void (*on_signal)(void *context);
	void *context;
};

int watch_fd(const struct watch *watch)
{
	return watch->fd;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	eventfd_t count;

	(void)status;
	(void)events;
	eventfd_read(watch->fd, &count);
	watch->on_signal(watch->context);
}

struct watch *watch_open(uv_loop_t *loop, void (*on_signal)(void *context), void *context, struct error *err)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch) {
		error_set(err, ERROR_RESOURCES, "a device: out of memory");
		return NULL;
	}
	watch->on_signal = on_signal;
	watch->context = context;
	watch->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (watch->fd < 0) {
		error_set(err, ERROR_RESOURCES, "eventfd: %s", strerror(errno));
		free(watch);
		return NULL;
	}
	uv_poll_init(loop, &watch->poll, watch->fd);
	watch->poll.data = watch;
	uv_poll_start(&watch->poll, UV_READABLE, on_poll);
	uv_unref((uv_handle_t *)&watch->poll); /* it does not keep the loop running */
	return watch;
}

static void closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;

	close(watch->fd);
	free(watch);
}

void watch_close(struct watch *watch)
{
	if (watch)
		uv_close((uv_handle_t *)&watch->poll, closed);
}
