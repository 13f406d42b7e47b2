/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * socket.h - sockets of a guest, for root and group vimo.
 */
#ifndef HOST_SOCKET_H
#define HOST_SOCKET_H

#include "error.h"

/** socket_share() - let group vimo connect to the socket at @path. Return: 0, or -1 with errno. */
int socket_share(const char *path);
/** socket_listen() - a new Unix stream socket at @path, not blocking; one of the previous vimo-dm is removed. Return:
 * its descriptor, or -1. */
int socket_listen(const char *path, struct error *err);

#endif
