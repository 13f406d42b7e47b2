/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gic_dist.h - distributor registers that GICv2 and GICv3 share; gicv2.c's and
 * gicv3.c's own.
 */
#ifndef HW_GIC_DIST_H
#define HW_GIC_DIST_H

#include "hw/gic.h"
#include "hw/mmio_io.h"

#define GICD_CTLR 0x000u
#define GICD_TYPER 0x004u
#define GICD_IGROUPR 0x080u
#define GICD_ISENABLER 0x100u
#define GICD_ICENABLER 0x180u
#define GICD_ISPENDR 0x200u
#define GICD_ICPENDR 0x280u
#define GICD_ISACTIVER 0x300u
#define GICD_ICACTIVER 0x380u
#define GICD_IPRIORITYR 0x400u
#define GICD_ITARGETSR 0x800u
#define GICD_ICFGR 0xc00u
#define GICD_SGIR 0xf00u
#define GICD_IROUTER 0x6000u
#define GIC_PRIORITY_ALL 0xa0u

/* One interrupt's bit in a bank of 1-bit registers. */
static inline void gic_set_bit(uint64_t base, uint32_t bank, uint32_t intid)
{
	mmio_write32(base + bank + intid / 32 * 4, 1u << intid % 32);
}

#define GICR_SGI 0x10000u /* frame of GICv3's SGIs and PPIs, laid out as the distributor */
/* Where an interrupt's registers begin: GICv3 has those of SGIs and PPIs in this CPU's redistributor. */
uint64_t gic_bank(uint32_t intid);

/* For gic_ops. */
void gic_enable(uint32_t intid);
void gic_set_edge(uint32_t intid, bool edge);
void gic_set_pending(uint32_t intid, bool pending);
/*
 * Set or clear one interrupt's active state. Writes to the distributor are posted; the read completes after the write
 * before it to the same device, and the barrier waits for the read. Without them a guest could deactivate the
 * interrupt, by a system register or in GICV's frame, before the distributor makes it active: it would stay active for
 * good (IHI 0069 H, 12.1.6; DDI 0487 J.a, B2.7.2).
 */
void gic_set_active(uint32_t intid, bool active);

/* INTIDs from first (multiple of 32) up to count: off, idle, level, one priority, in a group. */
void gic_reset_lines(uint64_t base, uint32_t first, uint32_t count, bool group1);

/* The table of a driver, whose own functions have the names of its fields. */
#define GIC_OPS                                                                                               \
	{                                                                                                     \
		.init = init, .init_cpu = init_cpu, .ack = ack, .eoi = eoi, .quell_fiq = quell_fiq,           \
		.deactivate = deactivate, .enable = gic_enable, .disable = disable, .set_edge = gic_set_edge, \
		.set_target = set_target, .set_active = gic_set_active, .set_pending = gic_set_pending,       \
		.send_sgi = send_sgi, .lr_write = lr_write, .lr_read = lr_read, .lr_empty = lr_empty,         \
		.set_overflow = set_overflow, .eoi_count = eoi_count, .save = save, .restore = restore        \
	}

#endif
