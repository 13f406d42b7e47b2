/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.S - EL2's vectors, and the way back into a guest.
 *
 * From a guest all of x0..x30 go straight into its struct vcpu: a handler can
 * reach any register, and a vCPU switch is a change of cpu->vcpu. SP is the
 * top of this CPU's stack at each entry: EL2 keeps nothing on it between exits.
 */
#include "cpu/offsets.h"

	.macro	guest_exit handler
	stp	x0, x1, [sp, #-16]!
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

	.macro	bad_vector number
	.balign	128
	mov	x0, #\number
	b	el2_exception
	.endm

	.macro	guest_vector handler
	.balign	128
	guest_exit \handler
	.endm

	.text
	.balign	2048
	.globl	el2_vectors
el2_vectors:
	bad_vector 0
	bad_vector 1
	bad_vector 2
	bad_vector 3
	bad_vector 4
	bad_vector 5
	bad_vector 6
	bad_vector 7
	guest_vector sync_from_guest
	guest_vector irq_from_guest
	guest_vector fiq_from_guest
	guest_vector serror_from_guest
	/* AArch32 at EL0: the same */
	guest_vector sync_from_guest
	guest_vector irq_from_guest
	guest_vector fiq_from_guest
	guest_vector serror_from_guest

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

	.globl	guest_return
guest_return:
	mrs	x0, tpidr_el2
	ldr	x0, [x0, #CPU_VCPU]
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
	/* No speculation past the return (Arm "straight-line speculation" paper). */
	dsb	nsh
	isb

/* el2_exception does not return, and the stack itself may be the fault: start it anew. */
el2_exception:
	mrs	x1, tpidr_el2
	ldr	x1, [x1, #CPU_STACK_TOP]
	mov	sp, x1
	bl	trap_el2
	b	.

/* First entry into guests: drop the boot stack, go. */
	.globl	guest_enter_first
guest_enter_first:
	mrs	x1, tpidr_el2
	ldr	x1, [x1, #CPU_STACK_TOP]
	mov	sp, x1
	b	guest_return
