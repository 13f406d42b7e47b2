/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.S - cache maintenance and zeroing by whole cache lines.
 */
	.text

/* cache_clean(start, bytes): clean and invalidate by VA to the PoC, complete at return (DDI 0487 L.a, D7.5.9). */
	.globl	cache_clean
cache_clean:
	mrs	x2, ctr_el0
	ubfx	x2, x2, #16, #4
	mov	x3, #4
	lsl	x3, x3, x2
	add	x1, x0, x1
	sub	x4, x3, #1
	bic	x0, x0, x4
1:	dc	civac, x0 /* then DSB: DDI 0487 L.a, D7.5.9 */
	add	x0, x0, x3
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	ret

/* memory_zero(start, bytes): DC ZVA for the aligned middle, stores for the rest. */
	.globl	memory_zero
memory_zero:
	add	x1, x0, x1
	mrs	x2, dczid_el0
	tbnz	x2, #4, 3f
	and	x2, x2, #15
	mov	x3, #4
	lsl	x3, x3, x2
	sub	x4, x3, #1
	add	x5, x0, x4
	bic	x5, x5, x4		/* first whole block */
	bic	x6, x1, x4		/* end of the last */
	cmp	x5, x6
	b.hs	3f
1:	cmp	x0, x5
	b.hs	2f
	strb	wzr, [x0], #1
	b	1b
2:	dc	zva, x0 /* DDI 0487 J.a, C5.3 */
	add	x0, x0, x3
	cmp	x0, x6
	b.lo	2b
3:	cmp	x0, x1
	b.hs	4f
	strb	wzr, [x0], #1
	b	3b
4:	ret
