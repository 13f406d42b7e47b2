/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smp.h - the other CPUs, started by PSCI.
 */
#ifndef BOOT_SMP_H
#define BOOT_SMP_H

/* Start up to max CPUs of the DTB; a CPU that fails to start is left out with a warning. Sets cpu_count. */
void smp_start(const void *fdt, unsigned int max);

#endif
