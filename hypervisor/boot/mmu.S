/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmu.S - a CPU's EL2 registers before C runs with caches.
 */
#define SCTLR_EL2_RES1 0x30c50830
#define SCTLR_EL2_ON   0x30cd183d /* RES1 | M | C | SA | I | WXN */

	.text
/*
 * EL2 registers that reset leaves UNKNOWN and that matter before the MMU is on. Each ISB makes a write count for the
 * instructions after it (DDI 0487 J.a, D19.1.2).
 */
	.globl	el2_reset
el2_reset:
	mov	x0, #(1 << 31)		/* HCR_EL2.RW, E2H = 0 */
	msr	hcr_el2, x0
	isb
	ldr	x0, =SCTLR_EL2_RES1
	msr	sctlr_el2, x0
	isb
	/*
	 * Their extensions change the meaning of page tables and of SCTLR_EL2 (DDI 0487 J.a, D19.2, TCR2_EL2, SCTLR2_EL2).
	 * ID_AA64MMFR3_EL1 reads as zero on older CPUs.
	 */
	mrs	x0, S3_0_C0_C7_3
	tst	x0, #0xf		/* TCRX */
	b.eq	1f
	msr	S3_4_C2_C0_3, xzr	/* TCR2_EL2 */
1:	tst	x0, #0xf0		/* SCTLRX */
	b.eq	2f
	msr	S3_4_C1_C0_3, xzr	/* SCTLR2_EL2 */
2:	isb
	ret

/* Tables and their settings stand in el2_mmu (mair, tcr, ttbr0). */
	.globl	mmu_on
mmu_on:
	adrp	x0, el2_mmu
	add	x0, x0, :lo12:el2_mmu
	ldp	x1, x2, [x0]
	ldr	x3, [x0, #16]
	msr	mair_el2, x1
	msr	tcr_el2, x2
	msr	ttbr0_el2, x3
	/*
	 * The tables and the registers are complete before the MMU walks them; entries of the TLB and the instruction
	 * cache from before the reset go (DDI 0487 J.a, D8.14, D7.5.9, D19.1.2).
	 */
	dsb	sy
	isb
	tlbi	alle2
	ic	iallu
	dsb	sy
	isb
	ldr	x0, =SCTLR_EL2_ON
	msr	sctlr_el2, x0
	isb
	ret

	.ltorg

	.bss
	.balign	64
	.globl	el2_mmu
el2_mmu:
	.skip	24
