/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.h - EL2's vectors, and the way into a guest.
 */
#ifndef TRAP_ENTRY_H
#define TRAP_ENTRY_H

#include "lib/types.h"

extern const uint8_t el2_vectors[];
/* Drop the boot stack, enter the vCPU of this CPU. */
_Noreturn void guest_enter_first(void);

#endif
