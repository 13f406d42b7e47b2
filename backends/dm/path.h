/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path.h - files of the guest's run directory.
 */
#ifndef DM_PATH_H
#define DM_PATH_H

#include "dm/dm.h"

/** dm_path() - RUN_DIR/@file, valid until the next call. Context: the event loop's thread. */
const char *dm_path(const struct dm *dm, const char *file);

#endif
