/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * varlink.h - connections of API sockets, calls, replies.
 */
#ifndef TOOLSTACK_API_VARLINK_H
#define TOOLSTACK_API_VARLINK_H

#include "api/interface.h"
#include "api/peers.h"
#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <uv.h>

struct connection;

/** One call in progress; freed by its last reply. */
struct call {
	void *context;                 /* of struct service */
	struct connection *connection; /* NULL: the client went away */
	/* Of the method; NULL: not known yet. */
	const struct interface *interface;
	const struct declaration *method;
	bool more;
	bool trusted; /* the caller is root or in group vimo, and came by the API socket */
};

/** Answers a call, now or later. @parameters: NULL: none */
typedef void (*varlink_fn)(struct call *call, const char *method, json_object *parameters);

#define VARLINK_TICK_MS 100u

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
	struct connection *first; /* varlink.c's */
};

/** varlink_accept() - accept a connection of @server, or drop it if there are too many. */
void varlink_accept(struct service *service, uv_stream_t *server);
/** varlink_tick() - to be called every VARLINK_TICK_MS if calls or ticks are limited. Return: whether one is open. */
bool varlink_tick(struct service *service);
/** call_reply() - the last reply; takes over @parameters (NULL: empty). */
void call_reply(struct call *call, json_object *parameters);
/** call_continue() - one of several replies. Return: false when the client went away. */
bool call_continue(struct call *call, json_object *parameters);
/** call_unread() - bytes of replies that the client has not read. 0: it went away */
size_t call_unread(const struct call *call);
/** call_error() - the last reply of a call that failed. */
void call_error(struct call *call, const struct error *err);
/** call_drop() - free a call whose client went away. */
void call_drop(struct call *call);

#endif
