/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * channel_socket.h - dom0's end of a channel: a Unix socket with one client at a
 * time. Other clients wait until it disconnects. Only one buffer of input is
 * kept: if one end does not read, the other end waits.
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
	int polled;   /* events: UV_READABLE ... */
	bool accepts; /* the listener is polled */
	bool full;    /* the client's socket buffer is full */
	bool silent;  /* the client sends no more */
	bool deaf;    /* the client receives no more */
	char input[CHANNEL_INPUT];
	size_t input_used;
	void (*on_change)(void *context);
	void *context;
};

/**
 * channel_socket_open() - accept clients; the caller has set on_change and context.
 * @listener: a stream socket that listens, not blocking; stays the caller's, and open until channel_socket_close()
 *
 * Return: 0 or -1.
 */
int channel_socket_open(struct channel_socket *socket, uv_loop_t *loop, int listener, struct error *err);
/** channel_socket_connected() - whether there is a client. */
bool channel_socket_connected(const struct channel_socket *socket);
/**
 * channel_socket_send() - send to the client what it takes now; on_change is called when it may take more.
 *
 * Return: bytes sent; all of them if there is no client that receives.
 */
size_t channel_socket_send(struct channel_socket *socket, const struct iovec *iov, unsigned int count);
/** channel_socket_drop() - remove the first @bytes of the input. */
void channel_socket_drop(struct channel_socket *socket, size_t bytes);
/**
 * channel_socket_settle() - after work: poll for the next events.
 * @accept: accept a client if there is none
 * @wanted: the guest will take input; else the rest of a disconnected client's input is dropped
 *
 * Return: whether new input arrived.
 */
bool channel_socket_settle(struct channel_socket *socket, bool accept, bool wanted);
/** channel_socket_close() - disconnect the client and stop listening. */
void channel_socket_close(struct channel_socket *socket);

#endif
