/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * head.S - the first instructions on the boot CPU.
 *
 * arm64 Linux boot protocol: x0 = DTB, MMU and data cache off, EL2.
 * x19 = DTB, x20 = load address.
 */
#include "cpu/offsets.h"

	.section .head.text, "ax"
	.globl image_start
image_start:
	b	boot_entry
	.long	0
	.quad	0			/* text_offset */
	.quad	image_bytes
	.quad	0xa			/* little endian, 4 KiB pages, any place in RAM */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

boot_entry:
	msr	daifset, #0xf
	msr	spsel, #1		/* EL2t would make SP_EL0, a guest's, EL2's stack */
	mov	x19, x0
	adrp	x20, __image_start
	/*
	 * The boot loader cleaned the image that it loaded, not the space behind it: its dirty lines there must not
	 * overwrite later writes with caches off.
	 */
	adrp	x0, __bss_start
	adrp	x1, __bss_end
	bl	invalidate_range
	bl	clear_bss
	bl	relocate
	adrp	x0, boot_stack
	add	x0, x0, #CPU_STACK_BYTES
	mov	sp, x0
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	not_el2
	bl	el2_reset
	mrs	x0, hcr_el2
	tbnz	x0, #34, not_el2	/* E2H fixed at 1: EL2's registers have another layout */
	mov	x0, x19
	bl	boot_map		/* build EL2's tables, MMU still off */
	/*
	 * The writes above went to memory: stale clean lines must not hide them once the caches are on (Arm ARM D7.5.9,
	 * Linux booting.rst).
	 */
	adrp	x0, __image_start
	adrp	x1, __image_end
	bl	invalidate_range
	bl	mmu_on
	/* The canary is a fixed one until here; no stack frame spans the change. */
	mov	x0, x19
	bl	boot_canary
	adrp	x1, __stack_chk_guard
	str	x0, [x1, :lo12:__stack_chk_guard]
	mov	x0, x19
	bl	boot_main
	b	.

not_el2:
	mov	x0, x19
	bl	boot_wrong_level
1:	wfe
	b	1b

clear_bss:
	adrp	x0, __bss_start
	adrp	x1, __bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b
	ret

/* Only R_AARCH64_RELATIVE (1027) exists in an image without imports. */
relocate:
	adrp	x0, __rela_start
	add	x0, x0, :lo12:__rela_start
	adrp	x1, __rela_end
	add	x1, x1, :lo12:__rela_end
1:	cmp	x0, x1
	b.hs	2f
	ldp	x2, x3, [x0]
	ldr	x4, [x0, #16]
	add	x0, x0, #24
	cmp	w3, #1027
	b.ne	1b
	add	x4, x4, x20
	str	x4, [x2, x20]
	b	1b
2:	ret

/* x0..x1: discard cached copies to the point of coherency; DSB for completion (DDI 0487 L.a, D7.5.9). */
invalidate_range:
	mrs	x2, ctr_el0
	ubfx	x2, x2, #16, #4		/* DminLine: log2 words */
	mov	x3, #4
	lsl	x3, x3, x2
1:	dc	ivac, x0
	add	x0, x0, x3
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	ret
