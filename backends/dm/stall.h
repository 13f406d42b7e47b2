/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stall.h - a guest that vimo-dm paused since a disk failed (on_io_error = "stop").
 */
#ifndef DM_STALL_H
#define DM_STALL_H

#include "dm/dm.h"

/** dm_stall() - endpoint_host.stall: pause the guest, and report it to vimod. Any thread. */
void dm_stall(const struct endpoint_host *host, unsigned int slot, const char *why);
/** dm_retry() - repeat the requests that stalled the guest, whose cause may be mended. */
void dm_retry(struct dm *dm);

#endif
