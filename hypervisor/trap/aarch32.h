/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aarch32.h - trapped instructions of 32-bit programs at EL0 (DDI 0487 J.a, G1.13, D19.2.37).
 */
#ifndef TRAP_AARCH32_H
#define TRAP_AARCH32_H

#include "lib/types.h"

/* SPSR_EL2 after the instruction at PC was skipped: its IT block goes on by one (G1.3.4, ITAdvance). */
uint64_t aarch32_advance(uint64_t spsr);
/*
 * Whether the trapped instruction's condition holds. A CPU may trap one whose condition fails: that is a NOP. Of an
 * exception class below 0x10, whose syndrome has CV and COND.
 */
bool aarch32_condition_holds(uint64_t esr, uint64_t spsr);

#endif
