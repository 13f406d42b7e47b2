// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gic_find.c - find the interrupt controller and choose its driver.
 */
#include "hw/gic_find.h"
#include <libfdt.h>
#include "hw/gic.h"
#include "hw/gicv2.h"
#include "hw/gicv3.h"
#include "lib/log.h"

static const struct {
	const char *compatible;
	unsigned int version;
} kinds[] = {
	{ "arm,gic-v3", 3 },
	{ "arm,cortex-a15-gic", 2 },
	{ "arm,gic-400", 2 },
	{ "arm,cortex-a7-gic", 2 },
};

static uint32_t maintenance_intid(const void *fdt, int node)
{
	int bytes;
	const fdt32_t *cell = fdt_getprop(fdt, node, "interrupts", &bytes);

	/* <1 n flags>: PPI n */
	return cell && bytes >= 12 && fdt32_to_cpu(cell[0]) == 1 ? fdt32_to_cpu(cell[1]) + 16 : 25;
}

enum vimo_status gic_init(const void *fdt)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int node = fdt_node_offset_by_compatible(fdt, -1, kinds[i].compatible);

		if (node < 0)
			continue;
		gic_info.version = kinds[i].version;
		gic_info.fdt_node = (unsigned int)node;
		gic_info.maintenance = maintenance_intid(fdt, node);
		gic = kinds[i].version == 3 ? &gicv3_ops : &gicv2_ops;
		if (gic->init(fdt))
			return VIMO_NOT_FOUND;
		log_print(LOG_INFO, "GICv%u, %u interrupts", gic_info.version, gic_info.irq_count);
		return VIMO_OK;
	}
	return VIMO_NOT_FOUND;
}
