/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stall.h - a guest that vimo-dm paused since a disk failed (on_io_error = "stop").
 */
#ifndef DM_STALL_H
#define DM_STALL_H

#include "dm/dm.h"

/** dm_stall() - endpoint_host.stall: pause the guest, and write RUN_DIR/stalled, which vimod reads. Any thread. */
void dm_stall(const struct endpoint_host *host, unsigned int slot, const char *why);
/** dm_retry() - repeat the requests that stalled the guest, whose cause may be mended. Return: 0 or -1. */
int dm_retry(struct dm *dm, struct error *err);

#endif
