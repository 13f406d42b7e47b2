/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fdt_reg.h - addresses in a device tree (Devicetree Specification v0.4, 2.3).
 */
#ifndef HW_FDT_REG_H
#define HW_FDT_REG_H

#include "lib/types.h"

/*
 * Entry index of a node's "reg" as CPUs see it: each bus above translates it by its "ranges". false: no such entry, a
 * number of more than 64 bits, or a bus that does not lead the whole entry to its parent.
 */
bool fdt_reg_entry(const void *fdt, int node, unsigned int index, uint64_t *base, uint64_t *bytes);
/* The same in the addresses of the bus that the node is on: for nodes that stand on no bus. */
bool fdt_reg_untranslated(const void *fdt, int node, unsigned int index, uint64_t *base, uint64_t *bytes);
/* Number in a property of one or two cells; false when there is none. */
bool fdt_number(const void *fdt, int node, const char *name, uint64_t *value);
/* Whether the node's "status" lets a system use it. */
bool fdt_is_available(const void *fdt, int node);
/* Whether the node is a CPU that has not failed. A "disabled" CPU can be started by its enable-method. */
bool fdt_is_cpu(const void *fdt, int node);

#endif
