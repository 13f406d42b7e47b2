/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * varlink.h - calls and replies on API sockets, as varlink.org specifies them.
 */
#ifndef TOOLSTACK_API_VARLINK_H
#define TOOLSTACK_API_VARLINK_H

#include "api/connection.h"
#include "api/interface.h"
#include "error.h"

/** One call in progress; freed by its last reply. */
struct call {
	void *context;                 /* of struct service */
	struct connection *connection; /* NULL: the client went away */
	/* Of the method; NULL: not known yet. */
	const struct interface *interface;
	const struct declaration *method;
	bool oneway;  /* it gets no reply */
	bool more;    /* it may get several */
	bool trusted; /* the caller is root or in group vimo, and came by the API socket */
};

/** varlink_accept() - accept a connection of @server, or drop it if there are too many. */
void varlink_accept(struct service *service, uv_stream_t *server);
/** call_reply() - the last reply; takes over @parameters (NULL: empty). */
void call_reply(struct call *call, json_object *parameters);
/** call_continue() - one of several replies. Return: false when the client went away. */
bool call_continue(struct call *call, json_object *parameters);
/** call_unread() - bytes of replies that the client has not read. 0: it went away */
size_t call_unread(const struct call *call);
/** call_error() - the last reply of a call that failed. */
void call_error(struct call *call, const struct error *err);
/** call_error_with() - the same with further members in @parameters, which are taken over. */
void call_error_with(struct call *call, const struct error *err, json_object *parameters);
/** call_drop() - free a call whose client went away. */
void call_drop(struct call *call);

#endif
