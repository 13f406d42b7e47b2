// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fdt_reg.c - addresses in a device tree. No state.
 */
#include "hw/fdt_reg.h"
#include <libfdt.h>

static uint64_t read_cells(const fdt32_t *cell, int cells)
{
	uint64_t value = 0;

	while (cells-- > 0)
		value = value << 32 | fdt32_to_cpu(*cell++);
	return value;
}

bool fdt_reg_entry(const void *fdt, int node, unsigned int index, uint64_t *base, uint64_t *bytes)
{
	int parent = fdt_parent_offset(fdt, node), length, address, size;
	const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);

	if (!reg || parent < 0)
		return false;
	address = fdt_address_cells(fdt, parent);
	size = fdt_size_cells(fdt, parent);
	if (address < 1 || address > 2 || size < 1 || size > 2 ||
	    (index + 1) * (unsigned int)(address + size) * 4 > (unsigned int)length)
		return false;
	reg += index * (unsigned int)(address + size);
	*base = read_cells(reg, address);
	*bytes = read_cells(reg + address, size);
	return true;
}
