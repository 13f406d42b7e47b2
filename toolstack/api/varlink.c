// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * varlink.c - Varlink framing. Calls of a connection are answered in order, so the next call waits until the present
 * one has its last reply.
 */
#include "api/varlink.h"
#include "api/conform.h"
#include "container.h"
#include "json.h"
#include "log.h"

#include <grp.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES 8192u      /* of an idle connection; more is given back after the call */
#define LARGE_BYTES (64u << 10) /* of an answer: the heap is trimmed after the connection */

struct connection {
	struct connection *next, **link; /* of the service */
	struct service *service;
	struct peer *peer;
	uv_pipe_t pipe;
	struct call *call;
	bool trusted, closing, running;
	bool large;         /* it had a large answer */
	unsigned int calls; /* left in this tick */
	unsigned int ticks; /* left */
	char *buffer;
	size_t used, size;
};

struct reply {
	uv_write_t request;
	struct connection *connection;
	json_object *json;
	size_t bytes;
};

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
	bool large = connection->large;

	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	if (connection->peer)
		peers_remove(&connection->service->peers, connection->peer);
	free(connection->buffer);
	free(connection);
	if (large)
		malloc_trim(0); /* else a client leaves tens of MiB behind */
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

/* libuv calls this for each request before on_closed(). */
static void on_written(uv_write_t *request, int status)
{
	struct reply *reply = container_of(request, struct reply, request);

	(void)status;
	peers_sent(reply->connection->peer, reply->bytes);
	json_object_put(reply->json);
	free(reply);
}

static void send_json(struct connection *connection, json_object *json)
{
	struct reply *reply = calloc(1, sizeof(*reply));
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	uv_buf_t buffer = uv_buf_init((char *)text, strlen(text) + 1);
	const struct service *service = connection->service;

	if (!reply ||
	    uv_stream_get_write_queue_size((uv_stream_t *)&connection->pipe) + buffer.len > service->queue_bytes ||
	    !peers_queue(&service->peers, connection->peer, buffer.len)) {
		json_object_put(json);
		free(reply);
		connection_close(connection);
		return;
	}
	reply->connection = connection;
	reply->bytes = buffer.len;
	reply->json = json; /* holds the text until it is written */
	connection->large = connection->large || buffer.len > LARGE_BYTES;
	if (uv_write(&reply->request, (uv_stream_t *)&connection->pipe, &buffer, 1, on_written))
		on_written(&reply->request, -1);
}

/* A reply is what the interface declares, or vimod is wrong. */
static void check_reply(const struct call *call, const char *error, json_object *parameters)
{
	struct error err;

	if (!call->interface || !call->method || !conform_reply(call->interface, call->method, error, parameters, &err))
		return;
	log_error("a reply of %s.%s is not as declared: %s", call->interface->name, call->method->name, err.text);
#ifdef VIMO_STRICT
	abort();
#endif
}

static json_object *parameters_of(const struct call *call, json_object *parameters)
{
	json_object *json = json_object_new_object();

	if (!parameters)
		parameters = json_object_new_object();
	check_reply(call, NULL, parameters);
	json_object_object_add(json, "parameters", parameters);
	return json;
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

void call_reply(struct call *call, json_object *parameters)
{
	struct connection *connection = call->connection;

	finish(call, parameters_of(call, parameters));
	if (connection)
		connection_run(connection);
}

void call_drop(struct call *call)
{
	free(call);
}

bool call_continue(struct call *call, json_object *parameters)
{
	json_object *json = parameters_of(call, parameters);

	if (!call->connection) {
		json_object_put(json);
		return false;
	}
	json_object_object_add(json, "continues", json_object_new_boolean(1));
	send_json(call->connection, json);
	return call->connection != NULL;
}

size_t call_unread(const struct call *call)
{
	return call->connection ? uv_stream_get_write_queue_size((uv_stream_t *)&call->connection->pipe) : 0;
}

/* Errors of org.varlink.service have a parameter of their own for the key. */
static json_object *error_of(const struct call *call, const struct error *err)
{
	json_object *json = json_object_new_object(), *parameters = json_object_new_object();
	const char *member = error_member(err->code);
	const char *interface = member || !call->interface ? "org.varlink.service" : call->interface->name;
	char name[128];

	snprintf(name, sizeof(name), "%s.%s", interface, error_name(err->code));
	json_put_string(parameters, "message", err->text);
	if (!member)
		member = err->key[0] ? "key" : "";
	if (*member)
		json_put_string(parameters, member, err->key);
	check_reply(call, name, parameters);
	json_put_string(json, "error", name);
	json_object_object_add(json, "parameters", parameters);
	return json;
}

void call_error(struct call *call, const struct error *err)
{
	struct connection *connection = call->connection;

	finish(call, error_of(call, err));
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
	call->context = connection->service->context;
	call->connection = connection;
	call->more = json_flag(json, "more");
	call->trusted = connection->trusted;
	connection->call = call;
	connection->service->dispatch(call, method, parameters);
	json_object_put(json);
	return 0;
}

/* The memory of a large call, and of its JSON, which can be a hundred times as large, is given back after the call. */
static void shrink(struct connection *connection)
{
	if (connection->used || connection->size <= BUFFER_BYTES)
		return;
	free(connection->buffer);
	connection->buffer = NULL;
	connection->size = 0;
	malloc_trim(0);
}

/* Return: whether the next frame may run now. It takes one call of those that this tick allows. */
static bool may_run(struct connection *connection)
{
	if (connection->closing || connection->call)
		return false;
	return !connection->service->calls || (connection->calls && connection->calls--);
}

/* A reply to a call calls this again: @running keeps a pipeline of calls off the stack. */
static void connection_run(struct connection *connection)
{
	size_t done = 0;
	char *end;

	if (connection->running)
		return;
	connection->running = true;
	while (done < connection->used && (end = memchr(connection->buffer + done, 0, connection->used - done)) &&
	       may_run(connection)) {
		const char *frame = connection->buffer + done;

		if (run_frame(connection, frame, end - frame))
			connection_close(connection);
		done += end + 1 - frame;
	}
	connection->running = false;
	connection->used -= done;
	if (done)
		memmove(connection->buffer, connection->buffer + done, connection->used);
	shrink(connection);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
	struct connection *connection = of_handle(handle);

	(void)hint;
	if (connection->size - connection->used < BUFFER_BYTES / 2 &&
	    connection->size < connection->service->call_bytes) {
		size_t size = connection->size ? connection->size * 2 : BUFFER_BYTES;
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
	if (got < 0) { /* the end, or UV_ENOBUFS: a call that is too large */
		connection_close(connection);
		return;
	}
	connection->used += got;
	connection_run(connection);
}

/* Root, the user of vimod and members of group vimo are trusted. */
static bool is_trusted(int fd, const struct ucred *peer)
{
	struct group *group = getgrnam("vimo");
	gid_t groups[NGROUPS_MAX > 1024 ? 1024 : NGROUPS_MAX];
	socklen_t bytes = sizeof(groups);

	if (!peer->uid || peer->uid == geteuid())
		return true;
	if (!group)
		return false;
	if (peer->gid == group->gr_gid)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes))
		return false;
	for (size_t n = 0; n < bytes / sizeof(groups[0]); n++)
		if (groups[n] == group->gr_gid)
			return true;
	return false;
}

/* Return: whether the connection's user may have it. */
static bool admit(struct connection *connection)
{
	struct service *service = connection->service;
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int fd;

	if (uv_fileno((uv_handle_t *)&connection->pipe, &fd) || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		return false;
	connection->peer = peers_add(&service->peers, peer.uid);
	connection->trusted = !service->for_all && is_trusted(fd, &peer);
	return connection->peer;
}

void varlink_accept(struct service *service, uv_stream_t *server)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return;
	connection->service = service;
	connection->calls = service->calls;
	connection->ticks = service->ticks;
	connection->next = service->first;
	connection->link = &service->first;
	if (service->first)
		service->first->link = &connection->next;
	service->first = connection;
	uv_pipe_init(server->loop, &connection->pipe, 0);
	if (uv_accept(server, (uv_stream_t *)&connection->pipe) || !admit(connection))
		connection_close(connection);
	else
		uv_read_start((uv_stream_t *)&connection->pipe, on_alloc, on_read);
}

bool varlink_tick(struct service *service)
{
	for (struct connection *connection = service->first; connection; connection = connection->next) {
		connection->calls = service->calls;
		if (service->ticks && !--connection->ticks)
			connection_close(connection);
		else
			connection_run(connection);
	}
	return service->first;
}
