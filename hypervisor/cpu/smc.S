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
