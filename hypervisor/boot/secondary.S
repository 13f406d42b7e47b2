/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secondary.S - the first instructions on every other CPU: PSCI CPU_ON, with
 * x0 = its struct cpu.
 */
#include "cpu/offsets.h"

	.text
	.globl secondary_entry
secondary_entry:
	msr	daifset, #0xf
	msr	spsel, #1
	mov	x19, x0
	bl	el2_reset
	bl	mmu_on
	ldr	x0, [x19, #CPU_STACK_TOP]
	mov	sp, x0
	mov	x0, x19
	bl	boot_secondary
	b	.
