/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * connection.h - connections of an API socket: messages that end with a NUL, and what a client may take of vimod.
 */
#ifndef TOOLSTACK_API_CONNECTION_H
#define TOOLSTACK_API_CONNECTION_H

#include "api/peers.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <uv.h>

#define CONNECTION_TICK_MS 100u

struct call;
struct connection;

/** Answers a call, now or later. @parameters: NULL: none */
typedef void (*varlink_fn)(struct call *call, const char *method, json_object *parameters);

/**
 * Takes a message of a connection.
 * @message: NULL: it is larger than the connection may send
 */
typedef void (*message_fn)(struct connection *connection, const char *message, size_t bytes);

/** The calls of a socket: the function that answers them, and what its connections may take. */
struct service {
	varlink_fn dispatch;
	void *context;
	bool for_all;       /* no connection is trusted */
	size_t call_bytes;  /* the largest call */
	size_t queue_bytes; /* of answers that a client has not read; it is dropped with more */
	unsigned int calls; /* of one connection in a tick; 0: any number */
	unsigned int ticks; /* life of a connection; 0: without end */
	struct peers peers;
	struct connection *first; /* these are connection.c's */
	size_t freed;             /* bytes since the heap was trimmed */
};

/** connection_accept() - accept a connection of @server, or drop it if there are too many. */
void connection_accept(struct service *service, uv_stream_t *server, message_fn on_message);
/** connection_tick() - to be called every CONNECTION_TICK_MS if calls or ticks are limited. Return: whether one is
 * open. */
bool connection_tick(struct service *service);
struct service *connection_service(const struct connection *connection);
/** connection_client() - a text that tells which user and process connected, and how a client of libvimo calls itself.
 */
void connection_client(const struct connection *connection, char *text, size_t bytes);
/** connection_trusted() - its user is root, vimod's or in group vimo, and came by the API socket. */
bool connection_trusted(const struct connection *connection);
/**
 * connection_hold() - take no message until connection_release().
 * @holder: gets NULL when the client goes away
 * @stream: the client goes away by ending its side, too
 */
void connection_hold(struct connection *connection, struct connection **holder, bool stream);
/** connection_release() - take the next message, now if it is here. */
void connection_release(struct connection *connection);
/** connection_send() - send a message; takes over @json. A client that reads too little goes away by this. */
void connection_send(struct connection *connection, json_object *json);
/** connection_unread() - bytes of messages that the client has not read. */
size_t connection_unread(const struct connection *connection);
/** connection_end() - take no message any more; close when the client has read all. */
void connection_end(struct connection *connection);

#endif
