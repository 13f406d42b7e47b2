/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervisor.h - a helper that ends is started again, later after each failure in a row. Its guest's vimo-dm, which
 * holds the requests meanwhile, gets a connection to the new process. Event loop only.
 */
#ifndef TOOLSTACK_HELPER_SUPERVISOR_H
#define TOOLSTACK_HELPER_SUPERVISOR_H

#include "helper/helper.h"

/** supervisor_watch() - from now on restart the helper when it ends; start it if it does not run. */
void supervisor_watch(struct helper *helper, uv_loop_t *loop);
/** supervisor_unwatch() - do not restart the helper any more. */
void supervisor_unwatch(struct helper *helper);
/**
 * supervisor_connect() - a new connection for vimo-dm. If the process cannot take another client, a new process is
 * started without waiting until it serves.
 *
 * Return: a descriptor, or -1.
 */
int supervisor_connect(struct helper *helper, struct error *err);

#endif
