/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.h - vimod's two sockets: the API socket for root and group vimo, and the read-only socket for all users.
 */
#ifndef TOOLSTACK_API_LISTEN_H
#define TOOLSTACK_API_LISTEN_H

#include "api/varlink.h"

/**
 * listen_start() - listen on $VIMO_SOCKET or ROOT/vimod.sock, and on ROOT/vimod-ro.sock.
 * @dispatch: is called for each call
 *
 * Once in a process. Return: 0 or -1.
 */
int listen_start(uv_loop_t *loop, varlink_fn dispatch, void *context, struct error *err);

#endif
