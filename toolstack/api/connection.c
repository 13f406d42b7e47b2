// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * connection.c - messages of clients, one at a time; limits; memory. A connection without a partial message has no
 * buffer.
 */
#include "api/connection.h"
#include "api/credentials.h"
#include "container.h"

#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define READ_BYTES (16u << 10)
#define JSON_FACTOR 64u       /* its memory, by its text */
#define TRIM_BYTES (1u << 20) /* freed, until the heap is trimmed */
#define TRIM_LAST (64u << 10) /* when no connection is left */
#define IGNORED_CALLS 16u     /* of the largest size: what a client may send after its connection's end */

struct connection {
	struct connection *next, **link; /* of the service */
	struct service *service;
	message_fn on_message;
	struct peer *peer;
	struct connection **holder; /* NULL: the next message may be taken */
	uv_pipe_t pipe;
	uv_shutdown_t shutdown;
	bool trusted, closing, ending, running, stopped;
	bool stream;        /* the present call ends with the client's side */
	bool half;          /* the client has ended its side and reads on */
	unsigned int calls; /* left in this tick */
	unsigned int ticks; /* left */
	char *buffer;       /* the rest of the present read if size is 0 */
	size_t used, size;
	size_t scanned; /* bytes at the buffer's start without a NUL */
	size_t ignored; /* bytes after its end */
};

struct message {
	uv_write_t request;
	struct connection *connection;
	json_object *json;
	size_t bytes;
};

static char incoming[READ_BYTES]; /* of the present read */

static void run(struct connection *connection);

static struct connection *of_stream(uv_stream_t *stream)
{
	return container_of((uv_pipe_t *)stream, struct connection, pipe);
}

static struct connection *of_handle(uv_handle_t *handle)
{
	return of_stream((uv_stream_t *)handle);
}

/* Give memory back after @bytes were freed, in not too small parts: else clients leave tens of MiB behind. */
static void freed(struct service *service, size_t bytes)
{
	service->freed += bytes;
	if (service->freed < (service->first ? TRIM_BYTES : TRIM_LAST))
		return;
	service->freed = 0;
	malloc_trim(0);
}

static void free_buffer(struct connection *connection)
{
	size_t size = connection->size;

	if (size) {
		free(connection->buffer);
		peers_kept(connection->peer, size);
	}
	connection->buffer = NULL;
	connection->size = connection->used = connection->scanned = 0;
	freed(connection->service, size * JSON_FACTOR);
}

static void on_closed(uv_handle_t *handle)
{
	struct connection *connection = of_handle(handle);
	struct service *service = connection->service;

	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	free_buffer(connection);
	if (connection->peer)
		peers_remove(&service->peers, connection->peer);
	free(connection);
	freed(service, sizeof(*connection));
}

static void close_now(struct connection *connection)
{
	if (connection->closing)
		return;
	connection->closing = true;
	if (connection->holder)
		*connection->holder = NULL;
	connection->holder = NULL;
	if (connection->peer)
		peers_close(&connection->service->peers, connection->peer);
	uv_close((uv_handle_t *)&connection->pipe, on_closed);
}

/* libuv calls this for each request before on_closed(). */
static void on_written(uv_write_t *request, int status)
{
	struct message *message = container_of(request, struct message, request);
	struct connection *connection = message->connection;
	size_t bytes = message->bytes;

	peers_sent(connection->peer, bytes);
	json_object_put(message->json);
	free(message);
	freed(connection->service, bytes * JSON_FACTOR);
	if (status)
		close_now(connection);
}

void connection_send(struct connection *connection, json_object *json)
{
	struct message *message = calloc(1, sizeof(*message));
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	uv_buf_t buffer = uv_buf_init((char *)text, strlen(text) + 1);
	const struct service *service = connection->service;

	if (!message || connection_unread(connection) + buffer.len > service->queue_bytes ||
	    !peers_queue(&service->peers, connection->peer, buffer.len)) {
		json_object_put(json);
		free(message);
		close_now(connection);
		return;
	}
	message->connection = connection;
	message->bytes = buffer.len;
	message->json = json; /* holds the text until it is written */
	if (uv_write(&message->request, (uv_stream_t *)&connection->pipe, &buffer, 1, on_written))
		on_written(&message->request, -1);
}

size_t connection_unread(const struct connection *connection)
{
	return uv_stream_get_write_queue_size((const uv_stream_t *)&connection->pipe);
}

struct service *connection_service(const struct connection *connection)
{
	return connection->service;
}

bool connection_trusted(const struct connection *connection)
{
	return connection->trusted;
}

void connection_hold(struct connection *connection, struct connection **holder, bool stream)
{
	connection->holder = holder;
	connection->stream = stream;
}

void connection_release(struct connection *connection)
{
	connection->holder = NULL;
	run(connection);
}

/* libuv has sent all. The client's end closes the connection. */
static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
	struct connection *connection = container_of(shutdown, struct connection, shutdown);

	if (status || connection->half)
		close_now(connection);
}

void connection_end(struct connection *connection)
{
	if (connection->closing || connection->ending)
		return;
	connection->ending = true;
	if (uv_shutdown(&connection->shutdown, (uv_stream_t *)&connection->pipe, on_shutdown))
		close_now(connection);
}

/* Return: whether the next message may be taken now. It is one call of those that this tick allows. */
static bool may_run(struct connection *connection)
{
	if (connection->closing || connection->ending || connection->holder)
		return false;
	return !connection->service->calls || (connection->calls && connection->calls--);
}

/* Return: bytes of the next message without its NUL, or -1. @from: where it begins */
static ssize_t find_message(struct connection *connection, size_t from)
{
	const char *at = connection->buffer + from + connection->scanned, *end;

	end = memchr(at, 0, connection->used - from - connection->scanned);
	if (end)
		return end - (connection->buffer + from);
	connection->scanned = connection->used - from;
	return -1;
}

/* An error would come amid the replies of a call that runs. */
static void refuse_rest(struct connection *connection)
{
	if (connection->holder)
		close_now(connection);
	else
		connection->on_message(connection, NULL, 0);
	free_buffer(connection);
}

/* Return: of the connections of @self's user, that which keeps the most, or @self. */
static struct connection *find_largest(struct connection *self, size_t bytes)
{
	struct connection *largest = self;

	for (struct connection *other = self->service->first; other; other = other->next)
		if (other != self && other->peer == self->peer && other->size > bytes) {
			largest = other;
			bytes = other->size;
		}
	return largest;
}

/* Return: whether the buffer has room for @bytes more. Else the connection has ended. */
static bool make_room(struct connection *connection, size_t bytes)
{
	size_t needed = connection->used + bytes, more = needed - connection->size;
	char *bigger;

	if (needed <= connection->size)
		return true;
	if (needed < 2 * connection->size)
		more = connection->size;
	while (!peers_keep(&connection->service->peers, connection->peer, more)) {
		struct connection *largest = find_largest(connection, connection->size + more);

		refuse_rest(largest);
		if (largest == connection)
			return false;
	}
	bigger = realloc(connection->buffer, connection->size + more);
	if (!bigger)
		abort(); /* systemd starts the next vimod */
	connection->buffer = bigger;
	connection->size += more;
	return true;
}

static void keep(struct connection *connection, const char *bytes, size_t count)
{
	if (!make_room(connection, count))
		return;
	memcpy(connection->buffer + connection->used, bytes, count);
	connection->used += count;
}

/* Keep what is left after @done bytes: of the present read, or of the buffer. */
static void keep_rest(struct connection *connection, size_t done)
{
	const char *rest = connection->buffer + done;
	size_t count = connection->used - done;

	if (connection->size) {
		memmove(connection->buffer, rest, count);
		connection->used = count;
		return;
	}
	connection->buffer = NULL;
	connection->used = 0;
	keep(connection, rest, count);
}

static void take_messages(struct connection *connection)
{
	size_t done = 0;
	ssize_t bytes;

	while (done < connection->used && (bytes = find_message(connection, done)) >= 0 && may_run(connection)) {
		bool large = (size_t)bytes >= connection->service->call_bytes;

		connection->on_message(connection, large ? NULL : connection->buffer + done, bytes);
		connection->scanned = 0;
		done += bytes + 1;
	}
	if (done == connection->used || connection->closing || connection->ending)
		free_buffer(connection);
	else
		keep_rest(connection, done);
}

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *out)
{
	(void)handle;
	(void)hint;
	*out = uv_buf_init(incoming, sizeof(incoming));
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer);

/* A client that sends more than one call's bytes ahead of its replies waits. */
static void pace_reads(struct connection *connection)
{
	bool full = connection->used >= connection->service->call_bytes;

	if (connection->closing || connection->half || full == connection->stopped)
		return;
	connection->stopped = full;
	if (full)
		uv_read_stop((uv_stream_t *)&connection->pipe);
	else
		uv_read_start((uv_stream_t *)&connection->pipe, on_alloc, on_read);
}

/* A reply to a call calls this again: @running keeps a pipeline of calls off the stack. */
static void run(struct connection *connection)
{
	const struct service *service = connection->service;

	if (connection->running)
		return;
	connection->running = true;
	take_messages(connection);
	if (connection->used >= service->call_bytes && connection->scanned == connection->used && may_run(connection))
		connection->on_message(connection, NULL, 0);
	if (connection->half && !connection->holder && connection->scanned == connection->used)
		connection_end(connection);
	if (connection->ending)
		free_buffer(connection);
	connection->running = false;
	pace_reads(connection);
}

/* A client that only ended its side, as socat does after its input, gets its replies. */
static void on_end(struct connection *connection)
{
	struct pollfd end = { .events = POLLIN };

	if (connection->ending || (connection->holder && connection->stream) ||
	    uv_fileno((uv_handle_t *)&connection->pipe, &end.fd) || poll(&end, 1, 0) != 1 || end.revents & POLLHUP) {
		close_now(connection);
		return;
	}
	connection->half = true;
	uv_read_stop((uv_stream_t *)&connection->pipe);
	run(connection);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buffer)
{
	struct connection *connection = of_stream(stream);

	if (got == UV_EOF) {
		on_end(connection);
	} else if (got < 0) {
		close_now(connection);
	} else if (connection->ending) {
		connection->ignored += got;
		if (connection->ignored > IGNORED_CALLS * connection->service->call_bytes)
			close_now(connection);
	} else if (connection->used) {
		keep(connection, buffer->base, got);
		run(connection);
	} else {
		connection->buffer = buffer->base;
		connection->used = got;
		run(connection);
	}
}

void connection_client(const struct connection *connection, char *text, size_t bytes)
{
	int fd = -1;

	uv_fileno((const uv_handle_t *)&connection->pipe, &fd);
	credentials_text(fd, text, bytes);
}

/* A user with too many connections loses the oldest in which no call runs. Return: whether there was one. */
static bool drop_oldest(struct service *service, uid_t uid)
{
	struct connection *oldest = NULL;

	for (struct connection *connection = service->first; connection; connection = connection->next)
		if (connection->peer && connection->peer->uid == uid && !connection->closing && !connection->holder)
			oldest = connection;
	if (oldest)
		close_now(oldest);
	return oldest;
}

/* Return: whether the connection's user may have it. */
static bool admit(struct connection *connection)
{
	struct service *service = connection->service;
	struct ucred peer;
	int fd;

	if (uv_fileno((uv_handle_t *)&connection->pipe, &fd) || credentials_read(fd, &peer))
		return false;
	connection->peer = peers_add(&service->peers, peer.uid);
	if (!connection->peer && drop_oldest(service, peer.uid))
		connection->peer = peers_add(&service->peers, peer.uid);
	connection->trusted = !service->for_all && credentials_trusted(fd, &peer);
	return connection->peer;
}

void connection_accept(struct service *service, uv_stream_t *server, message_fn on_message)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return;
	connection->service = service;
	connection->on_message = on_message;
	connection->calls = service->calls;
	connection->ticks = service->ticks;
	connection->next = service->first;
	connection->link = &service->first;
	if (service->first)
		service->first->link = &connection->next;
	service->first = connection;
	uv_pipe_init(server->loop, &connection->pipe, 0);
	if (uv_accept(server, (uv_stream_t *)&connection->pipe) || !admit(connection))
		close_now(connection);
	else
		uv_read_start((uv_stream_t *)&connection->pipe, on_alloc, on_read);
}

bool connection_tick(struct service *service)
{
	for (struct connection *connection = service->first; connection; connection = connection->next) {
		connection->calls = service->calls;
		if (service->ticks && !--connection->ticks)
			close_now(connection);
		else
			run(connection);
	}
	return service->first;
}
