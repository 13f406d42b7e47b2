/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * features.h - the features of this machine's CPUs, and those that guests see.
 */
#ifndef CPU_FEATURES_H
#define CPU_FEATURES_H

#include "lib/types.h"

/* On each CPU, one after another, the boot CPU first: guests see what all of them have. */
void features_add_cpu(void);
/* The machine's GIC is a GICv2: guests have no system registers of a GIC. After the last features_add_cpu(). */
void features_hide_gic(void);
/* Value of ID register S3_0_C0_C<crm>_<op2> for guests; crm 1..7, op2 0..7. */
uint64_t features_id_register(unsigned int crm, unsigned int op2);
/* FEAT_S2FWB, in all CPUs seen so far. */
bool features_have_fwb(void);
/* Physical address bits of the CPUs seen so far, 48 at most. */
unsigned int features_pa_bits(void);

#endif
