/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load.h - the devices that a guest has from the start: RUN_DIR/dm.json.
 */
#ifndef DM_LOAD_H
#define DM_LOAD_H

#include "dm/dm.h"

/** dm_load() - open all slots and add the devices that vimod describes. Return: 0 or -1. */
int dm_load(struct dm *dm, struct error *err);

#endif
