/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.S - start a bare guest program, and record each exception: an exception
 * stores ESR_EL1 and resumes at the next instruction.
 */
	.section .head, "ax"
	.globl start
start:
	b	1f
	.long	0
	.quad	0, 0x10000, 0xa, 0, 0, 0
	.ascii	"ARM\x64"
	.long	0
1:	adr	x1, vectors
	msr	vbar_el1, x1
	isb
	ldr	x1, =stack_top
	mov	sp, x1
	bl	guest_main
	b	.
	.ltorg

	.text
	.balign	2048
vectors:
	.rept	16
	.balign	128
	stp	x0, x1, [sp, #-16]!
	mrs	x0, esr_el1
	ldr	x1, =last_esr
	str	x0, [x1]
	mrs	x0, elr_el1
	add	x0, x0, #4
	msr	elr_el1, x0
	ldp	x0, x1, [sp], #16
	eret
	.endr
	.ltorg

/* uint64_t hypercall(uint64_t x[8]): HVC #0 with x0..x7 from x, results back into it */
	.globl	hypercall
hypercall:
	stp	x29, x30, [sp, #-32]!
	str	x0, [sp, #16]
	mov	x8, x0
	ldp	x0, x1, [x8]
	ldp	x2, x3, [x8, #16]
	ldp	x4, x5, [x8, #32]
	ldp	x6, x7, [x8, #48]
	hvc	#0
	ldr	x8, [sp, #16]
	stp	x0, x1, [x8]
	stp	x2, x3, [x8, #16]
	ldp	x29, x30, [sp], #32
	ret
