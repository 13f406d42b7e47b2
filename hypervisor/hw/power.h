/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * power.h - reset and power-off by a register of the board, where the firmware has no PSCI for it.
 */
#ifndef HW_POWER_H
#define HW_POWER_H

#include "lib/types.h"

enum power_action { POWER_OFF, POWER_RESET, POWER_ACTIONS };

/* Boot, when EL2's heap is there: the registers that the DTB names. */
void power_init(const void *fdt);
bool power_can(enum power_action action);
/* Returns when the board has no such register, or goes on for a second after the write. */
void power_act(enum power_action action);

#endif
