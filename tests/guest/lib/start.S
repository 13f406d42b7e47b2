/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * start.S - the Image's header, the first instruction of each CPU, the MMU on and off, and calls that an exception may
 * end. Exceptions are in vectors.S.
 */
#include "cpu.h"

	.section .head, "ax"
	.globl	start
start:
	b	first_cpu
	.long	0
	.quad	0x200000, image_end - start, 0xa, 0, 0, 0
	.ascii	"ARM\x64"
	.long	0

	.text
/* x0: the device tree. Lines of .bss that a program of before left in a cache go first, and do not come back later. */
first_cpu:
	mov	x20, x0
	mov	x0, #0
	bl	mmu_set
	adrp	x1, bss_start
	adrp	x2, bss_end
1:	stp	xzr, xzr, [x1], #16
	cmp	x1, x2
	b.lo	1b
	adrp	x0, cpus
	add	x0, x0, :lo12:cpus
	bl	cpu_registers
	bl	tables_make
	mov	x0, #1
	bl	mmu_set
	mov	x0, x20
	bl	guest_main
	b	.

/* x0: struct cpu, as PSCI's context identifier */
	.globl	other_cpu
other_cpu:
	mov	x19, x0
	bl	cpu_registers
	mov	x0, #1
	bl	mmu_set
	mov	x0, x19
	bl	cpu_main
	b	.

/* x0: struct cpu. No stack is needed. */
cpu_registers:
	msr	tpidr_el1, x0
	ldr	x1, [x0, #CPU_STACK]
	cbnz	x1, 1f
	adrp	x1, first_stack_end
	add	x1, x1, :lo12:first_stack_end
1:	mov	sp, x1
	adr	x1, vectors
	msr	vbar_el1, x1
	ldr	x1, =MAIR
	msr	mair_el1, x1
	ldr	x1, =TCR
	msr	tcr_el1, x1
	adrp	x1, root_table
	msr	ttbr0_el1, x1
	ldr	x1, =SCTLR_OFF
	msr	sctlr_el1, x1
	isb
	ret
	.ltorg

/*
 * void mmu_set(int on): MMU and data cache on or off, for this CPU. Nothing of the image is left in the cache at the
 * moment of the change: with them off, loads and stores go past the cache (Arm ARM DDI 0487 J.a, D8.2.12, B2.10.2).
 */
	.globl	mmu_set
mmu_set:
	adrp	x1, image_start
	adrp	x2, image_end
	mrs	x3, ctr_el0
	ubfx	x3, x3, #16, #4
	mov	x4, #4
	lsl	x3, x4, x3
1:	dc	civac, x1
	add	x1, x1, x3
	cmp	x1, x2
	b.lo	1b
	dsb	sy
	ldr	x1, =SCTLR_OFF
	ldr	x2, =SCTLR_ON
	cmp	x0, #0
	csel	x1, x1, x2, eq
	msr	sctlr_el1, x1
	isb
	/* Translations of before, if any (DDI 0487 J.a, D8.14). */
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	ret
	.ltorg

/* int call_protected(void (*function)(void *), void *argument, uint64_t *resume): 0, or 1 if abandoned */
	.globl	call_protected
call_protected:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	mov	x3, sp
	str	x3, [x2]
	mov	x3, x0
	mov	x0, x1
	blr	x3
	mov	x0, #0
1:	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret

/* The exception handler returns to here: x0 is what call_protected() stored. */
	.globl	abandoned
abandoned:
	mov	sp, x0
	mov	x0, #1
	b	1b

/* void el0_enter(uint64_t elr, uint64_t spsr, uint64_t x0) */
	.globl	el0_enter
el0_enter:
	msr	elr_el1, x0
	msr	spsr_el1, x1
	mov	x0, x2
	eret

/* void hvc(uint64_t x[8]), void smc(uint64_t x[8]): x0..x7 from x, results back into it; an exception leaves x as it is */
	.macro	conduit name
	.globl	\name
\name:
	stp	x29, x30, [sp, #-32]!
	str	x0, [sp, #16]
	mov	x8, x0
	ldp	x0, x1, [x8]
	ldp	x2, x3, [x8, #16]
	ldp	x4, x5, [x8, #32]
	ldp	x6, x7, [x8, #48]
	\name	#0
	ldr	x8, [sp, #16]
	stp	x0, x1, [x8]
	stp	x2, x3, [x8, #16]
	stp	x4, x5, [x8, #32]
	stp	x6, x7, [x8, #48]
	ldp	x29, x30, [sp], #32
	ret
	.endm
	conduit	hvc
	conduit	smc

	.bss
	.balign	16
	.skip	8192
first_stack_end:
