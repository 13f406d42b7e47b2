// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * psci.c - calls to the firmware at EL3 (Arm DEN 0022).
 */
#include "hw/psci.h"
#include <libfdt.h>
#include "cpu/smc.h"
#include "lib/string.h"

static bool usable;

bool psci_init(const void *fdt)
{
	int node = fdt_path_offset(fdt, "/psci");
	const char *method = node < 0 ? NULL : fdt_getprop(fdt, node, "method", NULL);

	usable = method && strcmp(method, "smc") == 0;
	return usable;
}

int64_t psci_firmware_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return usable ? smc_call(function, a1, a2, a3) : PSCI_NOT_SUPPORTED;
}
