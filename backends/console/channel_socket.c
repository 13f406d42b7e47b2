// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * channel_socket.c - one client at a time.
 */
#include "console/channel_socket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void poll_closed(uv_handle_t *handle)
{
	free(handle);
}

static uv_poll_t *poll_new(struct channel_socket *socket, uv_loop_t *loop, int fd)
{
	uv_poll_t *poll = calloc(1, sizeof(*poll));

	if (poll && uv_poll_init(loop, poll, fd)) {
		free(poll);
		return NULL;
	}
	if (poll)
		poll->data = socket;
	return poll;
}

bool channel_socket_connected(const struct channel_socket *socket)
{
	return socket->client >= 0;
}

static void client_close(struct channel_socket *socket)
{
	if (socket->polling)
		uv_close((uv_handle_t *)socket->polling, poll_closed);
	if (socket->client >= 0)
		close(socket->client);
	socket->polling = NULL;
	socket->client = -1;
	socket->polled = 0;
	socket->input_used = 0;
	socket->full = socket->silent = socket->deaf = false;
}

/* Return: whether there is more input now. */
static bool client_read(struct channel_socket *socket)
{
	size_t room = CHANNEL_INPUT - socket->input_used;
	ssize_t got;

	if (socket->silent || !room)
		return false;
	got = read(socket->client, socket->input + socket->input_used, room);
	if (got > 0)
		socket->input_used += (size_t)got;
	else if (!got || (errno != EAGAIN && errno != EINTR))
		socket->silent = true;
	return got > 0;
}

/* Return: whether both directions are closed. A client that only closed its sending direction still receives. */
static bool hung_up(const struct channel_socket *socket)
{
	struct pollfd wait = { .fd = socket->client };

	return poll(&wait, 1, 0) > 0 && wait.revents & (POLLHUP | POLLERR | POLLNVAL);
}

static void on_client(uv_poll_t *poll, int status, int events)
{
	struct channel_socket *socket = poll->data;

	(void)events;
	socket->full = false;
	if (status < 0)
		socket->polled = 0; /* libuv has stopped the poll */
	client_read(socket);
	socket->deaf = socket->deaf || hung_up(socket);
	socket->on_change(socket->context);
}

static void on_listener(uv_poll_t *poll, int status, int events)
{
	struct channel_socket *socket = poll->data;

	(void)status;
	(void)events;
	if (socket->client >= 0)
		return;
	socket->client = accept4(socket->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (socket->client < 0)
		return;
	socket->polling = poll_new(socket, poll->loop, socket->client);
	if (!socket->polling)
		client_close(socket);
	socket->on_change(socket->context);
}

size_t channel_socket_send(struct channel_socket *socket, const struct iovec *iov, unsigned int count)
{
	struct msghdr message = { .msg_iov = (struct iovec *)iov, .msg_iovlen = count };
	size_t bytes = 0;
	ssize_t sent;

	for (unsigned int n = 0; n < count; n++)
		bytes += iov[n].iov_len;
	if (socket->client < 0 || socket->deaf || !bytes)
		return bytes;
	sent = sendmsg(socket->client, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS && errno != ENOMEM) {
		socket->deaf = true;
		return bytes;
	}
	socket->full = sent < (ssize_t)bytes;
	return sent < 0 ? 0 : (size_t)sent;
}

void channel_socket_drop(struct channel_socket *socket, size_t bytes)
{
	socket->input_used -= bytes;
	memmove(socket->input, socket->input + bytes, socket->input_used);
}

static void poll_for(struct channel_socket *socket, int events)
{
	if (socket->polled == events)
		return;
	if (events)
		uv_poll_start(socket->polling, events, on_client);
	else
		uv_poll_stop(socket->polling);
	socket->polled = events;
}

static void listen_for(struct channel_socket *socket, bool clients)
{
	if (socket->accepts == clients)
		return;
	if (clients)
		uv_poll_start(socket->listening, UV_READABLE, on_listener);
	else
		uv_poll_stop(socket->listening);
	socket->accepts = clients;
}

bool channel_socket_settle(struct channel_socket *socket, bool accept, bool wanted)
{
	bool more = false;

	if (socket->client >= 0 && socket->deaf) {
		/* All that the client sent is in the socket already. */
		more = wanted && client_read(socket);
		if (!wanted || (socket->silent && !socket->input_used))
			client_close(socket);
	}
	if (socket->client >= 0)
		/* The end of a connection is reported with any of these events. */
		poll_for(socket,
			 socket->deaf ?
				 0 :
				 UV_PRIORITIZED | (socket->full ? UV_WRITABLE : 0) |
					 (!socket->silent && socket->input_used < CHANNEL_INPUT ? UV_READABLE : 0));
	listen_for(socket, socket->client < 0 && accept);
	return more;
}

int channel_socket_open(struct channel_socket *socket, uv_loop_t *loop, int listener, struct error *err)
{
	socket->client = -1;
	socket->listener = listener;
	socket->listening = poll_new(socket, loop, listener);
	return socket->listening ? 0 : error_set(err, ERROR_RESOURCES, "channels: out of memory");
}

void channel_socket_close(struct channel_socket *socket)
{
	client_close(socket);
	if (socket->listening)
		uv_close((uv_handle_t *)socket->listening, poll_closed);
	socket->listening = NULL;
	socket->listener = -1;
}
