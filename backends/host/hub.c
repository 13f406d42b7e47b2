// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hub.c - fan out a console.
 */
#include "host/hub.h"

#include "container.h"
#include "host/status.h"
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
	uv_write_t request;
	char data[];
};

#define COPY_BYTES 16384u

static void on_client(uv_poll_t *listener, int status, int events);

static void client_closed(uv_handle_t *handle)
{
	struct hub_client *client = handle->data;
	struct hub *hub = client->hub;

	client->used = false;
	if (hub->crowded && !uv_is_closing((uv_handle_t *)&hub->listener)) {
		hub->crowded = false;
		uv_poll_start(&hub->listener, UV_READABLE, on_client);
	}
}

static void client_close(struct hub_client *client)
{
	client->open = false;
	if (!uv_is_closing((uv_handle_t *)&client->pipe))
		uv_close((uv_handle_t *)&client->pipe, client_closed);
}

static void output_done(uv_write_t *request, int status)
{
	struct output *output = container_of(request, struct output, request);
	struct hub_client *client = request->handle->data;

	free(output);
	if (status < 0)
		client_close(client);
}

static void client_send(struct hub_client *client, const char *data, size_t bytes)
{
	uv_stream_t *stream = (uv_stream_t *)&client->pipe;
	uv_buf_t buffer = uv_buf_init((char *)data, (unsigned int)bytes);
	struct output *output;
	int sent;

	if (!client->open || !bytes || uv_stream_get_write_queue_size(stream) + bytes > HUB_QUEUE_MAX)
		return;
	sent = uv_try_write(stream, &buffer, 1);
	if (sent < 0 && sent != UV_EAGAIN) {
		client_close(client);
		return;
	}
	if (sent > 0) {
		data += sent;
		bytes -= (size_t)sent;
	}
	if (!bytes)
		return;
	output = malloc(sizeof(*output) + bytes);
	if (!output)
		return;
	memcpy(output->data, data, bytes);
	buffer = uv_buf_init(output->data, (unsigned int)bytes);
	if (uv_write(&output->request, stream, &buffer, 1, output_done)) {
		free(output);
		client_close(client);
	}
}

static void input_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct hub_client *client = handle->data;
	struct hub *hub = client->hub;

	(void)suggested;
	*buffer = uv_buf_init(hub->input + hub->input_used, (unsigned int)(HUB_INPUT - hub->input_used));
}

static void input_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
	struct hub_client *client = stream->data;
	struct hub *hub = client->hub;

	(void)buffer;
	if (bytes == UV_ENOBUFS) { /* the guest is slow: go on in hub_take() */
		uv_read_stop(stream);
		return;
	}
	if (bytes < 0) {
		client_close(client);
		return;
	}
	hub->input_used += (size_t)bytes;
	if (bytes)
		hub->on_input(hub->context);
}

size_t hub_take(struct hub *hub, void *data, size_t bytes)
{
	bool full = hub->input_used == HUB_INPUT;

	if (bytes > hub->input_used)
		bytes = hub->input_used;
	memcpy(data, hub->input, bytes);
	hub->input_used -= bytes;
	memmove(hub->input, hub->input + bytes, hub->input_used);
	for (unsigned int i = 0; full && bytes && i < HUB_CLIENTS; i++)
		if (hub->client[i].open) /* no change for a client that reads already */
			uv_read_start((uv_stream_t *)&hub->client[i].pipe, input_buffer, input_read);
	return bytes;
}

static void client_replay(struct hub_client *client)
{
	const struct hub *hub = client->hub;
	size_t at = hub->output % HUB_REPLAY;

	if (hub->output > HUB_REPLAY)
		client_send(client, hub->replay + at, HUB_REPLAY - at);
	client_send(client, hub->replay, at ? at : hub->output ? (hub->output == HUB_REPLAY ? HUB_REPLAY : 0) : 0);
}

static void on_client(uv_poll_t *listener, int status, int events)
{
	struct hub *hub = listener->data;
	struct hub_client *client = NULL;
	int fd;

	(void)events;
	for (unsigned int i = 0; i < HUB_CLIENTS && !client; i++)
		if (!hub->client[i].used)
			client = &hub->client[i];
	if (status < 0)
		return;
	if (!client) { /* there are too many: it waits until one disconnects */
		hub->crowded = true;
		uv_poll_stop(listener);
		return;
	}
	fd = accept4(hub->files.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	uv_pipe_init(listener->loop, &client->pipe, 0);
	client->used = true;
	client->hub = hub;
	client->pipe.data = client;
	if (uv_pipe_open(&client->pipe, fd)) {
		close(fd);
		client_close(client);
		return;
	}
	client->open = true;
	client_replay(client);
	uv_read_start((uv_stream_t *)&client->pipe, input_buffer, input_read);
}

static uint64_t log_measure(const struct hub *hub)
{
	struct stat status;

	return fstat(hub->files.log, &status) ? 0 : (uint64_t)status.st_size;
}

static bool log_copy(const struct hub *hub)
{
	char part[COPY_BYTES];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(hub->files.log, part, sizeof(part), at)) > 0 && at < (off_t)HUB_LOG_MAX) {
		if (pwrite(hub->files.old, part, (size_t)got, at) != got)
			return false;
		at += got;
	}
	return !got || at >= (off_t)HUB_LOG_MAX;
}

/* By a copy, since vimo-dm has no right to rename. Without room for the copy, later output is worth more than older. */
static void log_rotate(struct hub *hub)
{
	bool copied = !ftruncate(hub->files.old, 0) && log_copy(hub);

	if (!copied && ftruncate(hub->files.old, 0))
		return;
	if (!ftruncate(hub->files.log, 0)) /* else the log stays bounded: log_append() stops at the limit */
		hub->log_bytes = 0;
}

static void log_append(struct hub *hub, const char *data, size_t bytes)
{
	size_t known = bytes < hub->logged ? bytes : (size_t)hub->logged;
	ssize_t written = -1;

	hub->logged -= known;
	hub->done += known;
	data += known;
	bytes -= known;
	if (!bytes)
		return;
	if (hub->log_bytes + bytes > HUB_LOG_MAX) {
		log_rotate(hub);
		hub->mark->log_at = hub->log_bytes - hub->done;
	}
	if (hub->log_bytes + bytes <= HUB_LOG_MAX)
		written = write(hub->files.log, data, bytes);
	if (written > 0) {
		hub->log_bytes += (uint64_t)written;
		hub->done += (uint64_t)written;
	} else if (!hub->log_failed) {
		log_warning("%s: %s: console output is not logged: free space on its disk", hub->log_name,
			    strerror(errno));
	}
	if (hub->log_failed != (written <= 0) && hub->status)
		status_link(hub->status, hub->log_bit, written <= 0);
	hub->log_failed = written <= 0;
}

void hub_begin(struct hub *hub, uint32_t piece)
{
	struct hub_mark *mark = hub->mark;
	uint64_t begun = __atomic_load_n(&mark->piece, __ATOMIC_ACQUIRE);

	hub->logged = hub->done = 0;
	if (begun == piece + 1ull) {
		/* Modulo 2^64: if the log was rotated since, the piece began in the file before this one. */
		int64_t logged = (int64_t)(hub->log_bytes - mark->log_at);

		hub->logged = logged > 0 ? (uint64_t)logged : 0;
		return;
	}
	/* In this order: at no instant does the mark hold a piece with another one's position. */
	__atomic_store_n(&mark->piece, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&mark->log_at, hub->log_bytes, __ATOMIC_RELEASE);
	__atomic_store_n(&mark->piece, piece + 1ull, __ATOMIC_RELEASE);
}

void hub_end(struct hub *hub)
{
	__atomic_store_n(&hub->mark->piece, 0, __ATOMIC_RELEASE);
}

void hub_write(struct hub *hub, const void *data, size_t bytes)
{
	const char *text = data;

	while (bytes) {
		size_t at = hub->output % HUB_REPLAY;
		size_t part = bytes < HUB_REPLAY - at ? bytes : HUB_REPLAY - at;

		memcpy(hub->replay + at, text, part);
		log_append(hub, text, part);
		for (unsigned int i = 0; i < HUB_CLIENTS; i++)
			client_send(&hub->client[i], text, part);
		hub->output += part;
		text += part;
		bytes -= part;
	}
}

int hub_open(struct hub *hub, uv_loop_t *loop, const struct hub_files *files, const char *guest, const char *kind,
	     struct error *err)
{
	int status;

	snprintf(hub->log_name, sizeof(hub->log_name), "%s.%s.log", guest, kind);
	hub->files = *files;
	hub->log_bytes = log_measure(hub);
	status = uv_poll_init(loop, &hub->listener, files->listener);
	if (status)
		return error_set(err, ERROR_FAILED, "%s.sock: %s", kind, uv_strerror(status));
	hub->listener.data = hub;
	uv_poll_start(&hub->listener, UV_READABLE, on_client);
	return 0;
}

static void client_flushed(uv_shutdown_t *request, int status)
{
	(void)status;
	client_close(request->handle->data);
	free(request);
}

void hub_close(struct hub *hub)
{
	uv_close((uv_handle_t *)&hub->listener, NULL);
	close(hub->files.listener);
	for (unsigned int i = 0; i < HUB_CLIENTS; i++) {
		struct hub_client *client = &hub->client[i];
		uv_shutdown_t *request;

		if (!client->open)
			continue;
		client->open = false;
		uv_read_stop((uv_stream_t *)&client->pipe);
		request = malloc(sizeof(*request));
		if (!request || uv_shutdown(request, (uv_stream_t *)&client->pipe, client_flushed)) {
			free(request);
			client_close(client);
		}
	}
}
