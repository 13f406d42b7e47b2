// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * modules.c - find dom0's kernel and initrd in the boot DTB. No state.
 */
#include "boot/modules.h"
#include <libfdt.h>

static uint64_t read_cells(const fdt32_t *cell, int cells)
{
	uint64_t value = 0;

	while (cells-- > 0)
		value = value << 32 | fdt32_to_cpu(*cell++);
	return value;
}

bool fdt_reg(const void *fdt, int node, unsigned int index, struct range *range)
{
	int parent = fdt_parent_offset(fdt, node), bytes, address, size;
	const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &bytes);

	if (!reg || parent < 0)
		return false;
	address = fdt_address_cells(fdt, parent);
	size = fdt_size_cells(fdt, parent);
	if (address < 1 || address > 2 || size < 1 || size > 2 ||
	    (index + 1) * (unsigned int)(address + size) * 4 > (unsigned int)bytes)
		return false;
	reg += index * (unsigned int)(address + size);
	range->base = read_cells(reg, address);
	range->bytes = read_cells(reg + address, size);
	return true;
}

static void read_module(const void *fdt, int node, struct boot_module *module)
{
	if (module->where.bytes)
		return;
	fdt_reg(fdt, node, 0, &module->where);
	module->bootargs = fdt_getprop(fdt, node, "bootargs", NULL);
}

static bool usable(const struct boot_module *module, const struct range_list *ram)
{
	return range_contains(ram, module->where.base, module->where.bytes);
}

enum vimo_status boot_modules_find(const void *fdt, const struct range_list *ram, struct boot_modules *modules)
{
	int chosen = fdt_path_offset(fdt, "/chosen"), node;

	*modules = (struct boot_modules){ 0 };
	fdt_for_each_subnode(node, fdt, chosen) {
		if (fdt_node_check_compatible(fdt, node, "multiboot,kernel") == 0)
			read_module(fdt, node, &modules->kernel);
		else if (fdt_node_check_compatible(fdt, node, "multiboot,ramdisk") == 0)
			read_module(fdt, node, &modules->ramdisk);
	}
	if (!modules->kernel.where.bytes)
		return VIMO_NOT_FOUND;
	if (!usable(&modules->kernel, ram) || (modules->ramdisk.where.bytes && !usable(&modules->ramdisk, ram)))
		return VIMO_INVALID;
	return VIMO_OK;
}
