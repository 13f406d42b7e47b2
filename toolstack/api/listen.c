// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * listen.c - bind the sockets, set their rights, and pace the read-only socket: whatever its clients do, vimod has time
 * for the API socket.
 */
#include "api/listen.h"
#include "base/store.h"
#include "container.h"
#include "log.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG 64
#define ACCEPTS 20u /* of the read-only socket in a tick */

struct listener {
	uv_pipe_t pipe;
	uv_timer_t tick; /* of the read-only socket, while it has connections */
	struct service service;
	unsigned int accepts; /* left in this tick */
	bool waiting;         /* libuv has a connection that varlink_accept() has not taken: it takes no other */
};

static struct listener api = {
	.service = {
		.call_bytes = 1u << 20,
		.queue_bytes = 8u << 20,
		.peers = { .connections_max = 1024, .user_connections_max = 256, .user_queued_max = 32u << 20, .user_partial_max = 8u << 20 },
	},
};
static struct listener read_only = {
	.service = {
		.for_all = true,
		.call_bytes = 8u << 10,
		.queue_bytes = 256u << 10,
		.calls = 4,
		.ticks = 30000 / CONNECTION_TICK_MS,
		.peers = { .connections_max = 64, .user_connections_max = 8, .user_queued_max = 512u << 10, .user_partial_max = 64u << 10 },
	},
	.accepts = ACCEPTS,
};

static void on_connection(uv_stream_t *stream, int status)
{
	struct listener *listener = container_of((uv_pipe_t *)stream, struct listener, pipe);

	if (!status)
		varlink_accept(&listener->service, stream);
}

static void on_tick(uv_timer_t *timer);

static void on_read_only(uv_stream_t *stream, int status)
{
	if (status)
		return;
	if (!uv_is_active((uv_handle_t *)&read_only.tick))
		uv_timer_start(&read_only.tick, on_tick, CONNECTION_TICK_MS, CONNECTION_TICK_MS);
	read_only.waiting = !read_only.accepts;
	if (read_only.waiting)
		return;
	read_only.accepts--;
	varlink_accept(&read_only.service, stream);
}

static void on_tick(uv_timer_t *timer)
{
	bool open = connection_tick(&read_only.service);

	read_only.accepts = ACCEPTS;
	if (read_only.waiting)
		on_read_only((uv_stream_t *)&read_only.pipe, 0);
	else if (!open)
		uv_timer_stop(timer);
}

static int start(struct listener *listener, uv_loop_t *loop, const char *path, mode_t mode, uv_connection_cb fn,
		 struct error *err)
{
	int result;

	uv_pipe_init(loop, &listener->pipe, 0);
	unlink(path);
	umask(0777 & ~mode);
	result = uv_pipe_bind(&listener->pipe, path);
	umask(0022);
	if (!result)
		result = uv_listen((uv_stream_t *)&listener->pipe, BACKLOG, fn);
	return result ? error_set(err, ERROR_FAILED, "cannot listen on %s: %s", path, uv_strerror(result)) : 0;
}

int listen_start(uv_loop_t *loop, varlink_fn dispatch, void *context, struct error *err)
{
	struct group *group = getgrnam("vimo");
	const char *socket = getenv("VIMO_SOCKET");
	char path[PATH_MAX], path_for_all[PATH_MAX];

	snprintf(path, sizeof(path), "%s/vimod.sock", store_root());
	if (socket && *socket)
		snprintf(path, sizeof(path), "%s", socket);
	snprintf(path_for_all, sizeof(path_for_all), "%s/vimod-ro.sock", store_root());
	api.service.dispatch = read_only.service.dispatch = dispatch;
	api.service.context = read_only.service.context = context;
	uv_timer_init(loop, &read_only.tick);
	if (start(&api, loop, path, 0660, on_connection, err) ||
	    start(&read_only, loop, path_for_all, 0666, on_read_only, err))
		return -1;
	if (group && chown(path, (uid_t)-1, group->gr_gid))
		log_warning("cannot give %s to group vimo: %s", path, strerror(errno));
	return 0;
}
