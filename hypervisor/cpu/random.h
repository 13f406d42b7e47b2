/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.h - the CPU's own random numbers (FEAT_RNG, DDI 0487 J.a, D19.2.114, RNDR).
 */
#ifndef CPU_RANDOM_H
#define CPU_RANDOM_H

#include "cpu/sysreg.h"

/* 0: the CPU has none, or none at the moment. */
static inline uint64_t cpu_random(void)
{
	uint64_t value = 0;

	if (FIELD(read_sysreg(id_aa64isar0_el1), 63, 60))
		/* RNDR; a failure sets Z, and the value is 0. */
		__asm__ volatile("mrs %0, s3_3_c2_c4_0" : "=r"(value)::"cc");
	return value;
}

#endif
