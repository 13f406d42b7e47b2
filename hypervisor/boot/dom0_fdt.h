/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dom0_fdt.h - dom0's device tree: the machine's, less the parts that are
 * EL2's.
 */
#ifndef BOOT_DOM0_FDT_H
#define BOOT_DOM0_FDT_H

#include "boot/memory.h"

struct dom0_fdt_plan {
	const struct memory_layout *layout;
	struct range initrd; /* where the initrd is; bytes 0: none */
	unsigned int vcpus;
	unsigned int gic_version;
	unsigned int gic_entry; /* of the GIC's "reg": the entry that dom0 keeps beside the distributor */
	uint64_t gic_offset; /* GICv2: where in that entry the CPU interface's two pages begin; 0: as the tree says */
	bool psci_0_1;       /* dom0 gets no PSCI calls for the whole machine: its drivers reset it and switch it off */
	bool its;            /* it has all ITSs; otherwise it sees none */
};

/* A device "compatible" with these is EL2's. Ends with NULL. */
extern const char *const dom0_fdt_smmus[];

/* Edit fdt (opened into a buffer with room). Returns 0 or a libfdt error, with *what naming the step. */
int dom0_fdt_edit(void *fdt, const struct dom0_fdt_plan *plan, const char **what);

#endif
