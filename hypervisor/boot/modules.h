/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules.h - dom0's kernel and initrd as the boot loader left them:
 * /chosen children with the multiboot,module binding.
 */
#ifndef BOOT_MODULES_H
#define BOOT_MODULES_H

#include "boot/range.h"

struct boot_module {
	struct range where; /* bytes 0: not given */
	const char *bootargs;
};

struct boot_modules {
	struct boot_module kernel, ramdisk;
};

/* VIMO_NOT_FOUND without a kernel, VIMO_INVALID for a module that is not in RAM. */
enum vimo_status boot_modules_find(const void *fdt, const struct range_list *ram, struct boot_modules *modules);
/* Entry index of a node's "reg", as CPUs see it; false when there is none that they can reach. */
bool fdt_reg(const void *fdt, int node, unsigned int index, struct range *range);

#endif
