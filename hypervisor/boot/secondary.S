/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secondary.S - the first instructions on every other CPU: PSCI CPU_ON, with
 * x0 = its struct cpu; or from a spin table (Linux, booting.rst), without it.
 */
#include "cpu/offsets.h"

	.text
/* CPUs may share a release address: each waits until smp.c starts this one. MMU off: smp.c cleans what is read here. */
	.globl secondary_spin
secondary_spin:
	msr	daifset, #0xf
	mrs	x1, mpidr_el1
	and	x2, x1, #0xff00000000
	and	x1, x1, #0xffffff
	orr	x1, x1, x2
1:	adrp	x0, spin_cpu
	ldr	x0, [x0, :lo12:spin_cpu]
	cbz	x0, 2f
	ldr	x2, [x0, #CPU_MPIDR]
	cmp	x1, x2
	b.eq	secondary_entry
2:	wfe
	b	1b

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

	.bss
	.balign	64			/* a cache line of its own */
	.globl	spin_cpu
spin_cpu:
	.skip	64
