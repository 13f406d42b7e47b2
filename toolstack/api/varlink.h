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

struct connection;

/** One call in progress; freed by its last reply. */
struct call {
	void *context;                 /* of varlink_start() */
	struct connection *connection; /* NULL: the client went away */
	bool more;
	bool may_change; /* the caller's rights */
};

/** Answers a call, now or later. @parameters: NULL: none */
typedef void (*varlink_fn)(struct call *call, const char *method, json_object *parameters);

/**
 * varlink_start() - listen on $VIMO_SOCKET or ROOT/vimod.sock.
 * @dispatch: is called for each call
 *
 * Once in a process. Return: 0 or -1.
 */
int varlink_start(uv_loop_t *loop, varlink_fn dispatch, void *context, struct error *err);
/** call_reply() - the last reply; takes over @parameters (NULL: empty). */
void call_reply(struct call *call, json_object *parameters);
/** call_continue() - one of several replies. Return: false when the client went away. */
bool call_continue(struct call *call, json_object *parameters);
/** call_error() - the last reply of a call that failed. */
void call_error(struct call *call, const struct error *err);
/** call_drop() - free a call whose client went away. */
void call_drop(struct call *call);

#endif
