/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watchdog.h - systemd kills a vimod whose event loop stands still, and starts the next.
 */
#ifndef TOOLSTACK_BASE_WATCHDOG_H
#define TOOLSTACK_BASE_WATCHDOG_H

#include <uv.h>

/** watchdog_start() - report to systemd twice in the unit's WatchdogSec; without it, do nothing. */
void watchdog_start(uv_loop_t *loop);

#endif
