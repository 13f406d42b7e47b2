/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smc.h - calls to the firmware at EL3 (Arm DEN 0028).
 */
#ifndef CPU_SMC_H
#define CPU_SMC_H

#include "lib/types.h"

/* SMC64 with up to three arguments, registers as in SMCCC 1.0; returns x0. */
int64_t smc_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3);
/* x0..x7 are regs[0..7]; the answer, x0..x3, goes to regs[0..3]. */
void smc_forward(uint64_t *regs);

#endif
