/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smc.S - calls to the firmware.
 */
	.text

/* smc_call(function, a1, a2, a3): SMC64, SMCCC 1.0 register rules. */
	.globl	smc_call
smc_call:
	smc	#0
	ret

/* smc_forward(regs): x0..x7 from regs, x0..x3 back (Arm DEN 0028 E, 2.6: x18..x30 and SP are kept). */
	.globl	smc_forward
smc_forward:
	str	x0, [sp, #-16]!
	ldp	x6, x7, [x0, #48]
	ldp	x4, x5, [x0, #32]
	ldp	x2, x3, [x0, #16]
	ldp	x0, x1, [x0]
	smc	#0
	ldr	x8, [sp], #16
	stp	x0, x1, [x8]
	stp	x2, x3, [x8, #16]
	ret
