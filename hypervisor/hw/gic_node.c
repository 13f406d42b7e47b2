// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gic_node.c - the interrupt controller's node in a device tree (kernel bindings arm,gic.yaml, arm,gic-v3.yaml). No
 * state.
 */
#include "hw/gic_node.h"
#include <libfdt.h>
#include "hw/fdt_reg.h"

static const struct {
	const char *compatible;
	unsigned int version;
} kinds[] = {
	{ "arm,gic-v3", 3 },        { "arm,cortex-a15-gic", 2 },  { "arm,gic-400", 2 },
	{ "arm,cortex-a7-gic", 2 }, { "brcm,brahma-b15-gic", 2 }, { "qcom,msm-qgic2", 2 },
};

#define MAINTENANCE_USUAL 25u
#define PPI_FIRST 16u
#define PPIS 16u

int gic_node_find(const void *fdt, unsigned int *version)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int node = fdt_node_offset_by_compatible(fdt, -1, kinds[i].compatible);

		/* A board may have a second controller, switched off, for other CPUs than these. */
		while (node >= 0 && !fdt_is_available(fdt, node))
			node = fdt_node_offset_by_compatible(fdt, node, kinds[i].compatible);
		if (node < 0)
			continue;
		if (version)
			*version = kinds[i].version;
		return node;
	}
	return -FDT_ERR_NOTFOUND;
}

/* <1 n flags>, or <1 n flags partition> where PPIs are divided between kinds of CPU: PPI n. */
uint32_t gic_node_maintenance(const void *fdt, int node)
{
	int bytes;
	const fdt32_t *cell = fdt_getprop(fdt, node, "interrupts", &bytes);

	if (!cell || bytes < 12 || fdt32_ld(&cell[0]) != 1 || fdt32_ld(&cell[1]) >= PPIS)
		return MAINTENANCE_USUAL;
	return PPI_FIRST + fdt32_ld(&cell[1]);
}
