/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client.h - blocking client of vimod's API (Varlink framing: JSON, then NUL).
 */
#ifndef LIBVIMO_CLIENT_H
#define LIBVIMO_CLIENT_H

#include "error.h"

#include <json-c/json.h>
#include <stdbool.h>

#define CLIENT_SOCKET "/run/vimo/vimod.sock"
#define CLIENT_SOCKET_READ_ONLY "/run/vimo/vimod-ro.sock"

struct client {
	int fd;
	char *buffer;
	size_t used, size;
	json_object *failure; /* the parameters of the last reply that was an error; NULL: none */
};

/**
 * client_connect() - connect to $VIMO_SOCKET or CLIENT_SOCKET.
 *
 * A user who may not use CLIENT_SOCKET gets CLIENT_SOCKET_READ_ONLY, whose calls show guests and change nothing.
 * Return: 0 or -1.
 */
int client_connect(struct client *client, struct error *err);
void client_close(struct client *client);
/**
 * client_send() - start an API call.
 * @parameters: taken over, also on failure; NULL: none
 * @more: more than one reply is expected
 *
 * Return: 0 or -1.
 */
int client_send(struct client *client, const char *method, json_object *parameters, bool more, struct error *err);
/** client_receive() - the parameters of the next reply. Return: NULL: error, or nothing within @timeout_ms (-1: no
 * limit). */
json_object *client_receive(struct client *client, int timeout_ms, struct error *err);
/** client_call() - one API call and the parameters of its reply. Takes over @parameters. Return: NULL: error. */
json_object *client_call(struct client *client, const char *method, json_object *parameters, struct error *err);

#endif
