/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gic_node.h - the interrupt controller's node in a device tree.
 */
#ifndef HW_GIC_NODE_H
#define HW_GIC_NODE_H

#include "lib/types.h"

/* Node of a controller that EL2 can drive, and its version: 2 or 3. A negative libfdt error when there is none. */
int gic_node_find(const void *fdt, unsigned int *version);
/* INTID of the maintenance interrupt; the usual PPI when the node has none that can be it. */
uint32_t gic_node_maintenance(const void *fdt, int node);

#endif
