/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control.h - vimo-dm's control socket, RUN_DIR/control.sock.
 */
#ifndef DM_CONTROL_H
#define DM_CONTROL_H

#include "dm/dm.h"

/** dm_open_control() - listen. Return: 0 or -1. */
int dm_open_control(struct dm *dm, struct error *err);
/** dm_close_control() - no more requests. */
void dm_close_control(struct dm *dm);

#endif
