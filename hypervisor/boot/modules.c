// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * modules.c - find dom0's kernel and initrd in the boot DTB. No state.
 */
#include "boot/modules.h"
#include <libfdt.h>
#include "hw/fdt_reg.h"

bool fdt_reg(const void *fdt, int node, unsigned int index, struct range *range)
{
	return fdt_reg_entry(fdt, node, index, &range->base, &range->bytes);
}

/*
 * QEMU's guest-loader writes two cells each but /chosen does not tell so: then 16 bytes mean 2 and 2. /chosen is not a
 * bus: it has no "ranges".
 */
static bool module_reg(const void *fdt, int node, struct range *where)
{
	int bytes;
	const fdt64_t *reg = fdt_getprop(fdt, node, "reg", &bytes);

	if (!reg || bytes != 16)
		return fdt_reg_untranslated(fdt, node, 0, &where->base, &where->bytes);
	where->base = fdt64_ld(&reg[0]);
	where->bytes = fdt64_ld(&reg[1]);
	return where->base + where->bytes >= where->base;
}

static void read_module(const void *fdt, int node, struct boot_module *module)
{
	if (module->where.bytes || !module_reg(fdt, node, &module->where))
		return;
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
