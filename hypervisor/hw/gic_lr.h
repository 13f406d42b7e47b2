/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gic_lr.h - list registers of this CPU, without a call where it counts.
 *
 * Each injection writes a list register and looks whether it is empty; on GICv3
 * both are one instruction (IHI 0069, 12.4). So the first list register, nearly
 * always the one in use, does not go through the table of functions.
 */
#ifndef HW_GIC_LR_H
#define HW_GIC_LR_H

#include "cpu/barrier.h"
#include "hw/gicv3_regs.h"

#ifdef VIMO_HOST_TEST
#define GIC_LR_INLINE 0
#else
#define GIC_LR_INLINE (gic_info.version == 3)
#endif

/* The format of ICH_LR<n>_EL2 (12.4.6). */
static inline uint64_t gicv3_lr_encode(struct gic_lr lr)
{
	uint64_t value = lr.intid | (uint64_t)lr.priority << 48 | (uint64_t)lr.state << 60;

	if (lr.state & GIC_LR_HW)
		return value | (uint64_t)lr.hw_intid << 32;
	return lr.eoi_maintenance ? value | LR_EOI : value;
}

/* All zero: empty. */
static inline void gic_lr_write(unsigned int n, struct gic_lr lr)
{
	if (likely(GIC_LR_INLINE && n == 0))
		write_sysreg(gicv3_lr_encode(lr), ICH_LR0_EL2);
	else
		gic->lr_write(n, lr);
}

/* Bit n set: list register n holds nothing. */
static inline uint64_t gic_lr_empty(void)
{
	if (unlikely(!GIC_LR_INLINE))
		return gic->lr_empty();
	/* A list register written since the exit must show (DDI 0487 J.a, D19.1.2: an indirect read of it). */
	isb();
	return read_sysreg(ICH_ELRSR_EL2);
}

#endif
