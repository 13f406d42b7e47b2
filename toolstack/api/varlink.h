/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * varlink.h - the API socket: connections, calls, replies.
 */
#ifndef TOOLSTACK_API_VARLINK_H
#define TOOLSTACK_API_VARLINK_H

#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <uv.h>

struct daemon;
struct connection;

/** One call in progress; freed by its last reply. */
struct call {
	struct call *next; /* for whoever holds it */
	struct daemon *daemon;
	struct connection *connection; /* NULL: the client went away */
	bool more;
	bool may_change; /* the caller's rights */
};

int control_start(struct daemon *daemon, uv_loop_t *loop, struct error *err);
/** call_reply() - the last reply; takes over @parameters (NULL: empty). */
void call_reply(struct call *call, json_object *parameters);
/** call_continue() - one of several replies. Return: false when nobody listens any more. */
bool call_continue(struct call *call, json_object *parameters);
void call_error(struct call *call, const struct error *err);

/** method_dispatch() - methods.c: run the method of a call; it replies now or later. */
void method_dispatch(struct call *call, const char *method, json_object *parameters);

#endif
