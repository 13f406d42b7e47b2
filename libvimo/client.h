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

struct client {
	int fd;
	char *buffer;
	size_t used, size;
};

/** client_connect() - connect to $VIMO_SOCKET or /run/vimo/vimod.sock. */
int client_connect(struct client *client, struct error *err);
void client_close(struct client *client);
/** client_send() - start a call; takes over @parameters. */
int client_send(struct client *client, const char *method, json_object *parameters, bool more, struct error *err);
/** client_receive() - the next reply's parameters, NULL on error or after @timeout_ms (-1: none). */
json_object *client_receive(struct client *client, int timeout_ms, struct error *err);
/** client_call() - one call and its reply. */
json_object *client_call(struct client *client, const char *method, json_object *parameters, struct error *err);

#endif
