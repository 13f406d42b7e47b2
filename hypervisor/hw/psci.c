// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * psci.c - calls to the firmware at EL3 (Arm DEN 0022).
 */
#include "hw/psci.h"
#include <libfdt.h>
#include "cpu/smc.h"
#include "hw/fdt_reg.h"
#include "lib/log.h"
#include "lib/string.h"

static bool usable;
static uint64_t cpu_on_function; /* 0: none */

/* PSCI 0.1 has no fixed function ids, no version and no calls for the system (DEN 0022, 5.1.1; binding psci.yaml). */
static bool has_fixed_ids(const void *fdt, int node)
{
	return fdt_node_check_compatible(fdt, node, "arm,psci-0.2") == 0 ||
	       fdt_node_check_compatible(fdt, node, "arm,psci-1.0") == 0;
}

bool psci_init(const void *fdt)
{
	int node = fdt_path_offset(fdt, "/psci");
	const char *method = node < 0 ? NULL : fdt_stringlist_get(fdt, node, "method", 0, NULL);

	usable = false;
	cpu_on_function = 0;
	if (!method)
		return false;
	/* HVC at EL2 comes back to EL2: it cannot be the firmware's. */
	if (strcmp(method, "smc") != 0) {
		log_print(LOG_WARN, "PSCI: method %s cannot be called from EL2", method);
		return false;
	}
	usable = has_fixed_ids(fdt, node);
	cpu_on_function = PSCI_CPU_ON_64;
	if (!usable && !fdt_number(fdt, node, "cpu_on", &cpu_on_function))
		cpu_on_function = 0;
	return true;
}

int64_t psci_firmware_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
	return usable ? smc_call(function, a1, a2, a3) : PSCI_NOT_SUPPORTED;
}

int64_t psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context)
{
	return cpu_on_function ? smc_call(cpu_on_function, mpidr, entry, context) : PSCI_NOT_SUPPORTED;
}
