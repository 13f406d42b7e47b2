/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firmware.h - calls of the board's firmware that dom0's drivers need.
 */
#ifndef HW_FIRMWARE_H
#define HW_FIRMWARE_H

#include "lib/types.h"

/* Boot: which calls this board's firmware has, by the DTB. */
void firmware_init(const void *fdt);
/* Whether dom0 may make the call. */
bool firmware_allows(uint32_t function);
/* SMC with x0..x7 of regs; x0..x3 are the answer (Arm DEN 0028 E, 2.6: the firmware keeps all from x4 on). */
void firmware_call(uint64_t *regs);

#endif
