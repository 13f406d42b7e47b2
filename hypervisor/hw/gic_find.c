// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gic_find.c - find the interrupt controller and choose its driver.
 */
#include "hw/gic_find.h"
#include "hw/gic.h"
#include "hw/gic_node.h"
#include "lib/log.h"

enum vimo_status gic_init(const void *fdt)
{
	int node = gic_node_find(fdt, &gic_info.version);

	if (node < 0)
		return VIMO_NOT_FOUND;
	gic_info.fdt_node = (unsigned int)node;
	gic_info.maintenance = gic_node_maintenance(fdt, node);
	gic = gic_info.version == 3 ? &gicv3_ops : &gicv2_ops;
	if (gic->init(fdt))
		return VIMO_NOT_FOUND;
	log_print(LOG_INFO, "GICv%u, %u interrupts", gic_info.version, gic_info.irq_count);
	return VIMO_OK;
}
