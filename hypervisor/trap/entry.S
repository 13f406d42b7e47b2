/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.S - EL2's vectors, and the way back into a guest.
 *
 * From a guest all of x0..x30 go straight into its struct vcpu: a handler can
 * reach any register, and a vCPU switch is a change of cpu->vcpu. SP is the
 * top of this CPU's stack at each entry: EL2 keeps nothing on it between exits.
 *
 * There is a table of vectors for each measure of cpu/speculation.h: a CPU that
 * needs none runs none.
 */
#include "cpu/offsets.h"

/* The measures: x0 and x1 are free. None of these uses an indirect branch. */
	.macro	measure_none
	.endm

/* Taken branches as many as the branch history is long (Arm, Spectre-BHB whitepaper, 2022). */
	.macro	history_loop
1:	b	2f
2:	subs	w1, w1, #1
	b.ne	1b
	/* The loop's end is not a guess (DDI 0487 J.a, B2.3.12: DSB, ISB). */
	dsb	nsh
	isb
	.endm

	.macro	measure_loop
	mrs	x0, tpidr_el2
	ldr	w1, [x0, #CPU_HISTORY_LOOPS]
	history_loop
	.endm

/* CLRBHB, a hint (DDI 0487 K.a, C6.2); effective after a context synchronization event. */
	.macro	measure_clear
	hint	#22
	isb
	.endm

/* SMCCC_ARCH_WORKAROUND_1 or _3 (DEN 0028 F, 7.5): the firmware changes x0..x3 only. */
	.macro	measure_firmware
	stp	x2, x3, [sp, #-16]!
	mrs	x0, tpidr_el2
	ldr	w0, [x0, #CPU_WORKAROUND]
	smc	#0
	ldp	x2, x3, [sp], #16
	mrs	x0, tpidr_el2
	ldr	w1, [x0, #CPU_HISTORY_LOOPS]
	cbz	w1, 3f
	history_loop
3:
	.endm

	.macro	guest_vector handler measure
	.balign	128
	stp	x0, x1, [sp, #-16]!
	\measure
	mrs	x0, tpidr_el2
	ldr	x0, [x0, #CPU_VCPU]
	stp	x2, x3, [x0, #16]
	stp	x4, x5, [x0, #32]
	stp	x6, x7, [x0, #48]
	ldp	x2, x3, [sp], #16
	stp	x8, x9, [x0, #64]
	stp	x10, x11, [x0, #80]
	stp	x12, x13, [x0, #96]
	stp	x14, x15, [x0, #112]
	stp	x16, x17, [x0, #128]
	stp	x18, x19, [x0, #144]
	stp	x20, x21, [x0, #160]
	stp	x22, x23, [x0, #176]
	stp	x24, x25, [x0, #192]
	stp	x26, x27, [x0, #208]
	b	\handler
	.endm

	/* The guest in this CPU's EL0 and EL1 registers has no more use of them. */
	.macro	bad_vector number
	.balign	128
	msr	sp_el0, x0
	mov	x0, #\number
	b	el2_exception
	.endm

	.macro	vector_table name measure
	.balign	2048
	.globl	\name
\name:
	bad_vector 0
	bad_vector 1
	bad_vector 2
	bad_vector 3
	bad_vector 4
	bad_vector 5
	bad_vector 6
	.balign	128
	b	el2_serror
	guest_vector sync_from_guest \measure
	guest_vector irq_from_guest \measure
	guest_vector fiq_from_guest \measure
	guest_vector serror_from_guest \measure
	/* AArch32 at EL0: the same */
	guest_vector sync_from_guest \measure
	guest_vector irq_from_guest \measure
	guest_vector fiq_from_guest \measure
	guest_vector serror_from_guest \measure
	.endm

	.text
	vector_table el2_vectors measure_none
	vector_table el2_vectors_loop measure_loop
	vector_table el2_vectors_clear measure_clear
	vector_table el2_vectors_firmware measure_firmware

	.macro	from_guest name function
\name:
	stp	x28, x29, [x0, #224]
	str	x30, [x0, #240]
	stp	x2, x3, [x0]
	bl	\function
	b	guest_return
	.endm

	from_guest irq_from_guest trap_irq
	from_guest fiq_from_guest trap_fiq
	from_guest serror_from_guest trap_serror

sync_from_guest:
	stp	x28, x29, [x0, #224]
	str	x30, [x0, #240]
	stp	x2, x3, [x0]
	bl	trap_sync
	/* fall through: the most frequent path */

/* x0: the vCPU of this CPU. */
guest_return:
	ldp	x2, x3, [x0, #16]
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x8, x9, [x0, #64]
	ldp	x10, x11, [x0, #80]
	ldp	x12, x13, [x0, #96]
	ldp	x14, x15, [x0, #112]
	ldp	x16, x17, [x0, #128]
	ldp	x18, x19, [x0, #144]
	ldp	x20, x21, [x0, #160]
	ldp	x22, x23, [x0, #176]
	ldp	x24, x25, [x0, #192]
	ldp	x26, x27, [x0, #208]
	ldp	x28, x29, [x0, #224]
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	eret
	/* No speculation past the return (Arm, "Straight-line Speculation" whitepaper, 2020; DSB, ISB: DDI 0487 J.a, B2.3.12). */
	dsb	nsh
	isb

/* PSTATE.A is clear for one ISB of serror_take() (cpu/serror.c): the syndrome is the whole effect. */
el2_serror:
	stp	x0, x1, [sp, #-16]!
	mrs	x0, tpidr_el2
	mrs	x1, esr_el2
	str	x1, [x0, #CPU_SERROR]
	ldp	x0, x1, [sp], #16
	eret
	/* As after the other ERET (DDI 0487 J.a, B2.3.12). */
	dsb	nsh
	isb

/*
 * Does not return, and the stack itself may be the fault: start it anew, with x0..x30 and the old SP on it.
 */
el2_exception:
	msr	tpidr_el0, x1
	mrs	x1, tpidr_el2
	ldr	x1, [x1, #CPU_STACK_TOP]
	sub	x1, x1, #256
	stp	x2, x3, [x1, #16]
	stp	x4, x5, [x1, #32]
	stp	x6, x7, [x1, #48]
	stp	x8, x9, [x1, #64]
	stp	x10, x11, [x1, #80]
	stp	x12, x13, [x1, #96]
	stp	x14, x15, [x1, #112]
	stp	x16, x17, [x1, #128]
	stp	x18, x19, [x1, #144]
	stp	x20, x21, [x1, #160]
	stp	x22, x23, [x1, #176]
	stp	x24, x25, [x1, #192]
	stp	x26, x27, [x1, #208]
	stp	x28, x29, [x1, #224]
	mov	x2, sp
	stp	x30, x2, [x1, #240]
	mrs	x2, sp_el0
	mrs	x3, tpidr_el0
	stp	x2, x3, [x1]
	mov	sp, x1
	bl	trap_el2
	b	.

/* First entry into guests: drop the boot stack, go. */
	.globl	guest_enter_first
guest_enter_first:
	mrs	x0, tpidr_el2
	ldr	x1, [x0, #CPU_STACK_TOP]
	mov	sp, x1
	ldr	x0, [x0, #CPU_VCPU]
	b	guest_return
