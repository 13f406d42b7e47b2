/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmu.h - EL2's translation registers, read on each CPU with its MMU off.
 */
#ifndef BOOT_MMU_H
#define BOOT_MMU_H

#include "lib/types.h"

struct el2_mmu {
	uint64_t mair, tcr, ttbr0; /* mmu.S knows the offsets */
};
extern struct el2_mmu el2_mmu;

#endif
