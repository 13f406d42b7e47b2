/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pl031.h - real-time clock (Arm DDI 0224), which the guest cannot set.
 */
#ifndef PLATFORM_PL031_H
#define PLATFORM_PL031_H

#include <stdint.h>

/** pl031_read() - read a register; @seconds: time of day since 1970. Unknown registers are 0. */
uint32_t pl031_read(uint64_t offset, uint64_t seconds);

#endif
