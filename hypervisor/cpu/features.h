/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * features.h - the features of this machine's CPUs, and those that guests see.
 */
#ifndef CPU_FEATURES_H
#define CPU_FEATURES_H

#include "lib/types.h"

/* Boot CPU, once: reads the ID registers and masks what EL2 does not context-switch. */
void features_init(void);
/* Value of ID register S3_0_C0_C<crm>_<op2> for guests; crm 1..7, op2 0..7. */
uint64_t features_id_register(unsigned int crm, unsigned int op2);
unsigned int features_pa_bits(void);

#endif
