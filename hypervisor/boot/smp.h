/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smp.h - the other CPUs, started by PSCI.
 */
#ifndef BOOT_SMP_H
#define BOOT_SMP_H

#include "cpu/cpu.h"
#include "cpu/offsets.h"

extern uint8_t cpu_stacks[CPU_MAX][CPU_STACK_BYTES];

/* Start up to max CPUs of the DTB; those that fail are left out with a warning. Sets cpu_count. */
void smp_start(const void *fdt, unsigned int max);
void smp_report_online(struct cpu *cpu);
/* Secondary CPUs wait until dom0 exists. */
void smp_wait_for_dom0(void);
void smp_release(void);

#endif
