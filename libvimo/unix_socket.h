/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unix_socket.h - UNIX sockets that have a path.
 */
#ifndef LIBVIMO_UNIX_SOCKET_H
#define LIBVIMO_UNIX_SOCKET_H

/**
 * unix_socket_connect() - a socket that is connected to @path.
 * @type: SOCK_STREAM or SOCK_SEQPACKET, with SOCK_NONBLOCK or without; close-on-exec in any case
 * @timeout_s: the most that connecting, each send and each receive may block; 0: no limit
 *
 * Return: a descriptor, or -1 with errno: ENAMETOOLONG when @path does not fit into an address.
 */
int unix_socket_connect(const char *path, int type, unsigned int timeout_s);
/** Before the name of an abstract address: "\0vimo/", 16 hexadecimal digits, "/". */
#define UNIX_SOCKET_NAME_AT 23

/**
 * unix_socket_connect_named() - a blocking stream socket whose address tells the peer who connects.
 * @name: any text; cut to what fits after UNIX_SOCKET_NAME_AT bytes
 *
 * Return: a descriptor, or -1 with errno.
 */
int unix_socket_connect_named(const char *path, const char *name);
/**
 * unix_socket_bind() - a socket that is bound to @path, where an older file is removed. @type: as above
 *
 * Clients cannot connect before listen(), so the caller sets the rights of the file in between.
 *
 * Return: a descriptor, or -1 with errno: ENAMETOOLONG when @path does not fit into an address.
 */
int unix_socket_bind(const char *path, int type);

#endif
