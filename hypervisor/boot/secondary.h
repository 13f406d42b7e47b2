/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * secondary.h - CPUs other than the boot CPU, once they run C.
 */
#ifndef BOOT_SECONDARY_H
#define BOOT_SECONDARY_H

#include "cpu/cpu.h"

/* On each CPU, the boot CPU included: what guests trap, the GIC's interface, the timer. Panics without a GIC. */
void cpu_start(struct cpu *cpu);
/* secondary.S calls it. */
_Noreturn void boot_secondary(struct cpu *cpu);
/* dom0 exists: the other CPUs may run guests. */
void secondary_release(void);

#endif
