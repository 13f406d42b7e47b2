/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel_socket.h - dom0's end of a channel: a Unix socket with one client at a
 * time. Others wait until it has gone. Nothing but one buffer of its input is
 * kept: who does not read holds up the other.
 *
 * Context: the event loop's thread.
 */
#ifndef CONSOLE_CHANNEL_SOCKET_H
#define CONSOLE_CHANNEL_SOCKET_H

#include "error.h"

#include <stdbool.h>
#include <sys/uio.h>
#include <uv.h>

#define CHANNEL_INPUT 4096u

struct channel_socket {
	int listener, client; /* -1: none */
	uv_poll_t *listening, *polling;
	int polled;   /* for what: UV_READABLE ... */
	bool accepts; /* the listener is polled */
	bool full;    /* the client did not take all */
	bool silent;  /* it sends no more */
	bool deaf;    /* it takes no more */
	char input[CHANNEL_INPUT];
	size_t input_used;
	void (*on_change)(void *context);
	void *context;
};

/** channel_socket_open() - listen on @path; on_change and @context are set. Return: 0 or -1. */
int channel_socket_open(struct channel_socket *socket, uv_loop_t *loop, const char *path, struct error *err);
/** channel_socket_connected() - whether there is a client. */
bool channel_socket_connected(const struct channel_socket *socket);
/**
 * channel_socket_send() - to the client, as far as it takes it now; on_change comes when it may take more.
 *
 * Return: bytes; all there are when nobody will ever take them.
 */
size_t channel_socket_send(struct channel_socket *socket, const struct iovec *iov, unsigned int count);
/** channel_socket_drop() - the first @bytes of the input are done with. */
void channel_socket_drop(struct channel_socket *socket, size_t bytes);
/**
 * channel_socket_settle() - after work: wait for what is to come next.
 * @accept: for a client, too, when there is none
 * @wanted: somebody will take its input; else what a client that has gone left behind is lost
 *
 * Return: whether there is input that was not there before.
 */
bool channel_socket_settle(struct channel_socket *socket, bool accept, bool wanted);
/** channel_socket_close() - no clients any more. */
void channel_socket_close(struct channel_socket *socket);

#endif
