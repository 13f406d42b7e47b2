// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gic_dist.c - reset of distributor lines, for GICv2 and GICv3.
 */
#include "hw/gic_dist.h"
#include "cpu/barrier.h"

void gic_write_active(uint64_t base, uint32_t intid, bool active)
{
	uint32_t bank = active ? GICD_ISACTIVER : GICD_ICACTIVER;

	gic_set_bit(base, bank, intid);
	(void)mmio_read32(base + bank + intid / 32 * 4);
	/* The read above is what the barrier waits for (DDI 0487 J.a, B2.7.2). */
	dsb_sy();
}

void gic_reset_lines(uint64_t base, uint32_t first, uint32_t count, bool group1)
{
	for (uint32_t i = first; i < count; i += 32) {
		mmio_write32(base + GICD_ICENABLER + i / 8, ~0u);
		mmio_write32(base + GICD_ICPENDR + i / 8, ~0u);
		mmio_write32(base + GICD_ICACTIVER + i / 8, ~0u);
		mmio_write32(base + GICD_IGROUPR + i / 8, group1 ? ~0u : 0);
	}
	for (uint32_t i = first; i < count; i += 4)
		mmio_write32(base + GICD_IPRIORITYR + i, GIC_PRIORITY_ALL * 0x01010101u);
	for (uint32_t i = MAX(first, 16u); i < count; i += 16)
		mmio_write32(base + GICD_ICFGR + i / 4, 0);
}
