// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * varlink.c - Varlink framing. Calls of a connection are answered in order, so the next call waits until the present
 * one has its last reply.
 */
#include "api/varlink.h"
#include "base/store.h"
#include "container.h"
#include "json.h"
#include "log.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define CALL_MAX (1u << 20)
#define QUEUE_MAX (8u << 20) /* a client that does not read is dropped */

struct connection {
	uv_pipe_t pipe;
	struct call *call;
	bool may_change, closing, running;
	char *buffer;
	size_t used, size;
};

struct reply {
	uv_write_t request;
	json_object *json;
};

static struct {
	uv_pipe_t pipe;
	varlink_fn dispatch;
	void *context;
} listener;

static void connection_run(struct connection *connection);

static struct connection *of_stream(uv_stream_t *stream)
{
	return container_of((uv_pipe_t *)stream, struct connection, pipe);
}

static struct connection *of_handle(uv_handle_t *handle)
{
	return of_stream((uv_stream_t *)handle);
}

static void on_closed(uv_handle_t *handle)
{
	struct connection *connection = of_handle(handle);

	free(connection->buffer);
	free(connection);
}

static void connection_close(struct connection *connection)
{
	if (connection->closing)
		return;
	connection->closing = true;
	if (connection->call)
		connection->call->connection = NULL;
	connection->call = NULL;
	uv_close((uv_handle_t *)&connection->pipe, on_closed);
}

static void on_written(uv_write_t *request, int status)
{
	struct reply *reply = container_of(request, struct reply, request);

	(void)status;
	json_object_put(reply->json);
	free(reply);
}

static void send_json(struct connection *connection, json_object *json)
{
	struct reply *reply = calloc(1, sizeof(*reply));
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	uv_buf_t buffer = uv_buf_init((char *)text, strlen(text) + 1);

	if (!reply || uv_stream_get_write_queue_size((uv_stream_t *)&connection->pipe) > QUEUE_MAX) {
		json_object_put(json);
		free(reply);
		connection_close(connection);
		return;
	}
	reply->json = json; /* holds the text until it is written */
	if (uv_write(&reply->request, (uv_stream_t *)&connection->pipe, &buffer, 1, on_written))
		on_written(&reply->request, -1);
}

static void finish(struct call *call, json_object *json)
{
	struct connection *connection = call->connection;

	if (!connection) {
		json_object_put(json);
	} else {
		connection->call = NULL;
		send_json(connection, json);
	}
	free(call);
}

static json_object *parameters_of(json_object *parameters)
{
	json_object *json = json_object_new_object();

	json_object_object_add(json, "parameters", parameters ? parameters : json_object_new_object());
	return json;
}

void call_reply(struct call *call, json_object *parameters)
{
	struct connection *connection = call->connection;

	finish(call, parameters_of(parameters));
	if (connection)
		connection_run(connection);
}

void call_drop(struct call *call)
{
	free(call);
}

bool call_continue(struct call *call, json_object *parameters)
{
	json_object *json = parameters_of(parameters);

	if (!call->connection) {
		json_object_put(json);
		return false;
	}
	json_object_object_add(json, "continues", json_object_new_boolean(1));
	send_json(call->connection, json);
	return call->connection != NULL;
}

void call_error(struct call *call, const struct error *err)
{
	struct connection *connection = call->connection;
	json_object *parameters = json_object_new_object();
	json_object *json = parameters_of(parameters);

	json_put_string(json, "error", error_name(err->code));
	json_put_string(parameters, "message", err->text);
	if (err->key[0])
		json_put_string(parameters, "key", err->key);
	if (err->code == ERROR_USAGE) /* what Varlink's own errors carry */
		json_put_string(parameters, "parameter", err->key);
	if (err->code == ERROR_NO_METHOD)
		json_put_string(parameters, "method", err->key);
	finish(call, json);
	if (connection)
		connection_run(connection);
}

/* Return: 0, or -1 when the frame is not a call: the connection cannot go on. */
static int run_frame(struct connection *connection, const char *frame, size_t bytes)
{
	json_object *json = json_parse(frame, bytes), *parameters = NULL;
	const char *method = json_string(json, "method");
	struct call *call = method ? calloc(1, sizeof(*call)) : NULL;

	if (!call) {
		json_object_put(json);
		return -1;
	}
	json_object_object_get_ex(json, "parameters", &parameters);
	call->context = listener.context;
	call->connection = connection;
	call->more = json_flag(json, "more");
	call->may_change = connection->may_change;
	connection->call = call;
	listener.dispatch(call, method, parameters);
	json_object_put(json);
	return 0;
}

/* A reply to a call calls this again: @running keeps a pipeline of calls off the stack. */
static void connection_run(struct connection *connection)
{
	size_t done = 0;
	char *end;

	if (connection->running)
		return;
	connection->running = true;
	while (!connection->closing && !connection->call && done < connection->used &&
	       (end = memchr(connection->buffer + done, 0, connection->used - done))) {
		const char *frame = connection->buffer + done;

		if (run_frame(connection, frame, end - frame))
			connection_close(connection);
		done += end + 1 - frame;
	}
	connection->running = false;
	connection->used -= done;
	if (done)
		memmove(connection->buffer, connection->buffer + done, connection->used);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
	struct connection *connection = of_handle(handle);

	(void)hint;
	if (connection->size - connection->used < 4096 && connection->size < CALL_MAX) {
		size_t size = connection->size ? connection->size * 2 : 8192;
		char *bigger = realloc(connection->buffer, size);

		if (bigger) {
			connection->buffer = bigger;
			connection->size = size;
		}
	}
	*out = uv_buf_init(connection->buffer + connection->used, connection->size - connection->used);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct connection *connection = of_stream(stream);

	(void)buffer;
	if (got < 0) { /* the end, or UV_ENOBUFS: a call larger than CALL_MAX */
		connection_close(connection);
		return;
	}
	connection->used += got;
	connection_run(connection);
}

/* Root, the user of vimod and members of group vimo may change things. */
static bool peer_may_change(int fd)
{
	struct group *group = getgrnam("vimo");
	gid_t groups[NGROUPS_MAX > 1024 ? 1024 : NGROUPS_MAX];
	socklen_t size = sizeof(struct ucred), bytes = sizeof(groups);
	struct ucred peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return false;
	if (!peer.uid || peer.uid == geteuid())
		return true;
	if (!group)
		return false;
	if (peer.gid == group->gr_gid)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes))
		return false;
	for (size_t n = 0; n < bytes / sizeof(groups[0]); n++)
		if (groups[n] == group->gr_gid)
			return true;
	return false;
}

static void on_connection(uv_stream_t *stream, int status)
{
	struct connection *connection = status ? NULL : calloc(1, sizeof(*connection));
	int fd;

	if (!connection)
		return;
	uv_pipe_init(stream->loop, &connection->pipe, 0);
	if (uv_accept(stream, (uv_stream_t *)&connection->pipe) || uv_fileno((uv_handle_t *)&connection->pipe, &fd)) {
		connection_close(connection);
		return;
	}
	connection->may_change = peer_may_change(fd);
	uv_read_start((uv_stream_t *)&connection->pipe, on_alloc, on_read);
}

int varlink_start(uv_loop_t *loop, varlink_fn dispatch, void *context, struct error *err)
{
	struct group *group = getgrnam("vimo");
	const char *socket = getenv("VIMO_SOCKET");
	char path[PATH_MAX];
	int result;

	snprintf(path, sizeof(path), "%s/vimod.sock", store_root());
	if (socket && *socket)
		snprintf(path, sizeof(path), "%s", socket);
	listener.dispatch = dispatch;
	listener.context = context;
	uv_pipe_init(loop, &listener.pipe, 0);
	unlink(path);
	umask(0117);
	result = uv_pipe_bind(&listener.pipe, path);
	umask(0022);
	if (!result && group && chown(path, -1, group->gr_gid))
		log_warning("cannot give %s to group vimo: %s", path, strerror(errno));
	if (!result)
		result = uv_listen((uv_stream_t *)&listener.pipe, 64, on_connection);
	return result ? error_set(err, ERROR_FAILED, "cannot listen on %s: %s", path, uv_strerror(result)) : 0;
}
