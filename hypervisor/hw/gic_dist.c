// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gic_dist.c - the distributor's lines, for GICv2 and GICv3.
 */
#include "hw/gic_dist.h"
#include "cpu/barrier.h"
#include "cpu/cpu.h"

uint64_t gic_bank(uint32_t intid)
{
	return gic_info.version == 3 && intid < 32 ? this_cpu()->gicr + GICR_SGI : gic_info.gicd.v;
}

void gic_enable(uint32_t intid)
{
	gic_set_bit(gic_bank(intid), GICD_ISENABLER, intid);
}

void gic_set_edge(uint32_t intid, bool edge)
{
	uint64_t address = gic_bank(intid) + GICD_ICFGR + intid / 16 * 4;
	uint32_t bit = 2u << intid % 16 * 2, value = mmio_read32(address);

	mmio_write32(address, edge ? value | bit : value & ~bit);
}

void gic_set_pending(uint32_t intid, bool pending)
{
	gic_set_bit(gic_bank(intid), pending ? GICD_ISPENDR : GICD_ICPENDR, intid);
}

void gic_set_active(uint32_t intid, bool active)
{
	uint32_t bank = active ? GICD_ISACTIVER : GICD_ICACTIVER;

	gic_set_bit(gic_bank(intid), bank, intid);
	(void)mmio_read32(gic_bank(intid) + bank + intid / 32 * 4);
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
