/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fdt_reg.h - addresses in a device tree.
 */
#ifndef HW_FDT_REG_H
#define HW_FDT_REG_H

#include "lib/types.h"

/* Entry index of a node's "reg"; false when it has none (or cells other than 1 or 2). */
bool fdt_reg_entry(const void *fdt, int node, unsigned int index, uint64_t *base, uint64_t *bytes);

#endif
