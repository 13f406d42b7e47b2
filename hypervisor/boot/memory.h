/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.h - the owners of RAM: EL2, dom0, the pool, the firmware.
 */
#ifndef BOOT_MEMORY_H
#define BOOT_MEMORY_H

#include "boot/modules.h"
#include "boot/options.h"
#include "boot/range.h"

struct memory_layout {
	struct range_list ram;      /* all of it */
	struct range_list reserved; /* firmware's, by /memreserve and /reserved-memory */
	struct range_list dom0;     /* at IPA = PA */
	struct range_list firmware; /* reserved RAM outside dom0's banks and EL2: dom0's drivers may reach it */
	struct range_list reusable; /* the same, but ordinary memory of dom0 while its driver does not use it */
	struct range_list other;    /* RAM that dom0 must not use: EL2's and the pool's */
	struct range_list pool;
	struct range el2, heap; /* whole 2 MiB chunks */
	struct boot_modules modules;
};

/* Computes the layout, without a side effect. VIMO_NO_MEMORY, VIMO_LIMIT, or the status of boot_modules_find(). */
enum vimo_status memory_layout_plan(const void *fdt, const struct boot_options *options, struct range image,
				    struct memory_layout *layout);
/* Plan it for this machine and start heap and pool; panics with a reason. */
void memory_layout_init(const void *fdt, const struct boot_options *options);
const struct memory_layout *memory_layout(void);

#endif
