/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control.h - vimo-dm's control socket, on which vimod listens for it.
 */
#ifndef DM_CONTROL_H
#define DM_CONTROL_H

#include "dm/dm.h"

/** dm_open_control() - accept requests. Return: 0 or -1. */
int dm_open_control(struct dm *dm, struct error *err);
/** dm_close_control() - no more requests. */
void dm_close_control(struct dm *dm);

#endif
