/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dom0.h - make dom0 from the boot loader's modules.
 */
#ifndef BOOT_DOM0_H
#define BOOT_DOM0_H

#include "boot/options.h"

/* After memory, GIC and CPUs. Panics with a reason: without dom0 there is no machine. */
void dom0_build(const void *boot_fdt, const struct boot_options *options);

#endif
