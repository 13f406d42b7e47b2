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

/* How long vimod may take to listen, in ms: its unit starts it again after a second; before its first start. */
#define CLIENT_PATIENCE_MS 30000
#define CLIENT_PATIENCE_NEW_MS 1000

struct client {
	int fd;
	bool lost;  /* vimod ended the connection; the next client_call() connects again */
	bool hasty; /* the caller's: connect again at once or not at all */
	char *buffer;
	size_t used, size;
	json_object *failure; /* the parameters of the last reply that was an error; NULL: none */
};

/**
 * client_connect() - connect to $VIMO_SOCKET or CLIENT_SOCKET.
 *
 * While vimod restarts, this waits for the next vimod, CLIENT_PATIENCE_MS at most.
 * A user who may not use CLIENT_SOCKET gets CLIENT_SOCKET_READ_ONLY, whose calls show guests and change nothing.
 * Return: 0 or -1.
 */
int client_connect(struct client *client, struct error *err);
/** client_reconnect() - the same in place of a connection that vimod ended. */
int client_reconnect(struct client *client, struct error *err);
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
/**
 * client_call() - one API call and the parameters of its reply.
 * @parameters: taken over, also on failure; NULL: none
 *
 * When vimod ends meanwhile, the call is sent to the next vimod, unless the previous one may have acted on it and the
 * method is not one of client_repeatable(). Return: NULL: error.
 */
json_object *client_call(struct client *client, const char *method, json_object *parameters, struct error *err);
/** client_repeatable() - the n-th method that may be called again. Return: NULL: there are no more. */
const char *client_repeatable(size_t n);

#endif
