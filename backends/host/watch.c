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
	void (*came)(void *context);
	void *context;
};

int watch_fd(const struct watch *watch)
{
	return watch->fd;
}

static void signalled(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	eventfd_t count;

	(void)status;
	(void)events;
	eventfd_read(watch->fd, &count);
	watch->came(watch->context);
}

struct watch *watch_open(uv_loop_t *loop, void (*came)(void *context), void *context, struct error *err)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch) {
		error_set(err, ERROR_RESOURCES, "no memory for a device");
		return NULL;
	}
	watch->came = came;
	watch->context = context;
	watch->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (watch->fd < 0) {
		error_set(err, ERROR_RESOURCES, "eventfd: %s", strerror(errno));
		free(watch);
		return NULL;
	}
	uv_poll_init(loop, &watch->poll, watch->fd);
	watch->poll.data = watch;
	uv_poll_start(&watch->poll, UV_READABLE, signalled);
	uv_unref((uv_handle_t *)&watch->poll); /* the loop does not go on for it */
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
