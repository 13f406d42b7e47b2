/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * psci.h - the firmware below EL2 (Arm DEN 0022), reached by SMC.
 */
#ifndef HW_PSCI_H
#define HW_PSCI_H

#include "lib/types.h"

#define PSCI_VERSION 0x84000000u
#define PSCI_CPU_SUSPEND_64 0xc4000001u
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON_64 0xc4000003u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u
#define PSCI_FEATURES 0x8400000au
#define PSCI_SYSTEM_RESET2_64 0xc4000012u
#define PSCI_SUCCESS 0
#define PSCI_NOT_SUPPORTED (-1)

/* One SMC64 call with up to three arguments; the answer is x0. PSCI_NOT_SUPPORTED without PSCI 0.2 or later. */
int64_t psci_firmware_call(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3);
/* CPU_ON, also by PSCI 0.1, whose function ids are in the DTB. */
int64_t psci_cpu_on(uint64_t mpidr, uint64_t entry, uint64_t context);
/* From the DTB: false when the firmware has no PSCI over SMC (then EL2 never calls it). */
bool psci_init(const void *fdt);

#endif
