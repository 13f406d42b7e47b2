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

#endif
