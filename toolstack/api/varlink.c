// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * varlink.c - messages to calls, replies to messages. Calls of a connection are answered in order, so the next call
 * waits until the present one has its last reply.
 */
#include "api/varlink.h"
#include "api/conform.h"
#include "json.h"
#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTAINERS_MAX 10000u /* objects and arrays of a call: each takes almost 1 KiB of memory */

/* A message of a client. */
static struct type string = { .kind = TYPE_STRING }, object = { .kind = TYPE_OBJECT, .optional = true },
		   flag = { .kind = TYPE_BOOL, .optional = true };
static struct member upgrade = { NULL, (char *)"upgrade", &flag }, more = { &upgrade, (char *)"more", &flag },
		     oneway = { &more, (char *)"oneway", &flag },
		     parameters_member = { &oneway, (char *)"parameters", &object },
		     method = { &parameters_member, (char *)"method", &string };
static const struct type message_type = { .kind = TYPE_STRUCT, .members = &method };

/* A reply is what the interface declares, or vimod is wrong. */
static void check_reply(const struct call *call, const char *error, json_object *parameters)
{
	const struct interface *interface = call->interface ? call->interface : interfaces_all();
	struct error err;

	if ((!error && !call->method) || !conform_reply(interface, call->method, error, parameters, &err))
		return;
	log_error("a reply of %s.%s is not as declared: %s", interface ? interface->name : "",
		  call->method ? call->method->name : "", err.text);
#ifdef VIMO_STRICT
	abort();
#endif
}

static json_object *parameters_of(const struct call *call, json_object *parameters)
{
	json_object *json = json_object_new_object();

	if (!parameters)
		parameters = json_object_new_object();
	check_reply(call, NULL, parameters);
	json_object_object_add(json, "parameters", parameters);
	return json;
}

/* The last reply. The client, if it is still there, may call again. */
static void finish(struct call *call, json_object *json)
{
	if (call->connection && !call->oneway)
		connection_send(call->connection, json);
	else
		json_object_put(json);
	if (call->connection)
		connection_release(call->connection);
	free(call);
}

void call_reply(struct call *call, json_object *parameters)
{
	finish(call, parameters_of(call, parameters));
}

void call_drop(struct call *call)
{
	free(call);
}

bool call_continue(struct call *call, json_object *parameters)
{
	json_object *json = parameters_of(call, parameters);

	if (!call->connection) {
		json_object_put(json);
		return false;
	}
	json_object_object_add(json, "continues", json_object_new_boolean(1));
	connection_send(call->connection, json);
	return call->connection != NULL;
}

size_t call_unread(const struct call *call)
{
	return call->connection ? connection_unread(call->connection) : 0;
}

/* Errors of org.varlink.service have a parameter of their own for the key. @parameters: further ones; taken over */
static json_object *error_of(const struct call *call, const struct error *err, json_object *parameters)
{
	json_object *json = json_object_new_object();
	const char *member = error_member(err->code);
	const char *interface = member || !call->interface ? "org.varlink.service" : call->interface->name;
	char name[128];

	snprintf(name, sizeof(name), "%s.%s", interface, error_name(err->code));
	json_put_string(parameters, "message", err->text);
	if (!member)
		member = err->key[0] ? "key" : "";
	if (*member)
		json_put_string(parameters, member, err->key);
	check_reply(call, name, parameters);
	json_put_string(json, "error", name);
	json_object_object_add(json, "parameters", parameters);
	return json;
}

void call_error(struct call *call, const struct error *err)
{
	call_error_with(call, err, json_object_new_object());
}

void call_error_with(struct call *call, const struct error *err, json_object *parameters)
{
	finish(call, error_of(call, err, parameters));
}

/* Parse a message; @json gets it. Return: 0, or -1 when the connection cannot go on. */
static int parse(const char *message, size_t bytes, json_object **json, struct error *err)
{
	size_t containers = 0;

	if (!message)
		return error_key(err, ERROR_USAGE, "call",
				 "the call, or all calls of its user together, are too large: "
				 "send less at once");
	for (size_t n = 0; n < bytes; n++)
		containers += message[n] == '{' || message[n] == '[';
	if (containers > CONTAINERS_MAX)
		return error_key(err, ERROR_USAGE, "call",
				 "the call has more than %u objects and arrays: send less at once", CONTAINERS_MAX);
	*json = json_parse(message, bytes);
	if (!*json)
		return error_key(err, ERROR_USAGE, "call",
				 "the call is not a JSON object in UTF-8 of at most 32 levels: "
				 "send one, and a NUL after it");
	return conform_type(NULL, &message_type, *json, err);
}

static void on_message(struct connection *connection, const char *message, size_t bytes)
{
	const struct service *service = connection_service(connection);
	struct call *call = calloc(1, sizeof(*call));
	json_object *json = NULL, *parameters = NULL;
	struct error err;

	if (!call) {
		connection_end(connection);
		return;
	}
	if (parse(message, bytes, &json, &err)) {
		if (!json_flag(json, "oneway"))
			connection_send(connection, error_of(call, &err, json_object_new_object()));
		connection_end(connection);
		free(call);
		json_object_put(json);
		return;
	}
	json_object_object_get_ex(json, "parameters", &parameters);
	call->context = service->context;
	call->connection = connection;
	call->oneway = json_flag(json, "oneway");
	call->more = json_flag(json, "more") && !call->oneway;
	call->trusted = connection_trusted(connection);
	connection_hold(connection, &call->connection, call->more);
	if (json_flag(json, "upgrade")) {
		error_key(&err, ERROR_USAGE, "upgrade", "vimod has no other protocol: call without \"upgrade\"");
		call_error(call, &err);
	} else {
		service->dispatch(call, json_string(json, "method"), parameters);
	}
	json_object_put(json);
}

void varlink_accept(struct service *service, uv_stream_t *server)
{
	connection_accept(service, server, on_message);
}
