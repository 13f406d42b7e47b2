/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * canary.h - the number that guards EL2's stack frames.
 */
#ifndef BOOT_CANARY_H
#define BOOT_CANARY_H

#include "lib/types.h"

/*
 * From number and what the firmware wrote into /chosen: rng-seed, kaslr-seed. fdt may be NULL. Never a secret from
 * dom0's kernel, which reads the same seeds, unless number is one.
 */
uint64_t canary_make(const void *fdt, uint64_t number);

#endif
