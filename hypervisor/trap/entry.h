/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.h - EL2's vectors, and the way into a guest.
 */
#ifndef TRAP_ENTRY_H
#define TRAP_ENTRY_H

#include "lib/types.h"

/* One for each of enum speculation_vectors; the first serves until the CPU is set up. */
extern const uint8_t el2_vectors[], el2_vectors_loop[], el2_vectors_clear[], el2_vectors_firmware[];
/* Drop the boot stack, enter the vCPU of this CPU. */
_Noreturn void guest_enter_first(void);

#endif
