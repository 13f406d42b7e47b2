/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load.h - the files and devices that vimo-dm has from the start, as vimod describes them.
 */
#ifndef DM_LOAD_H
#define DM_LOAD_H

#include "dm/dm.h"

/**
 * dm_load() - take the files and add the devices that the description names.
 * @description: descriptor of a file with JSON (dm_files.h)
 *
 * Return: 0 or -1.
 */
int dm_load(struct dm *dm, int description, struct error *err);

#endif
