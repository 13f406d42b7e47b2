/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nbd.h - the URI of an NBD server (the NBD project's doc/uri.md):
 * nbd://ADDRESS[:PORT]/[EXPORT] or nbd+unix:///[EXPORT]?socket=PATH
 */
#ifndef TOOLSTACK_CONFIG_NBD_H
#define TOOLSTACK_CONFIG_NBD_H

#include "error.h"

#include <stdbool.h>
#include <sys/un.h>

#define NBD_EXPORT_BYTES 256u

struct nbd_uri {
	char address[64], port[6];                              /* an IP address; empty: a UNIX socket */
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* of the UNIX socket, absolute */
	char export[NBD_EXPORT_BYTES];
};

/** nbd_is_uri() - whether @text begins as a URI of NBD. */
bool nbd_is_uri(const char *text);
/** nbd_parse() - @uri may be NULL, to check only. Host names are refused. Return: 0 or -1. */
int nbd_parse(const char *text, struct nbd_uri *uri, struct error *err);

#endif
