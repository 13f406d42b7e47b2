/* SPDX-License-Identifier: GPL-2.0-or-later */
/* encoding.h - MRS and MSR of any register, chosen while the guest runs. */
#ifndef GUEST_ENCODING_H
#define GUEST_ENCODING_H

#include "lib/guest.h"

/* op0 (2 or 3), op1, CRn, CRm, op2, as in the instruction: bits 20-19, 18-16, 15-12, 11-8, 7-5. */
#define ENCODING(op0, op1, crn, crm, op2) \
	((uint32_t)((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5))
#define ENCODING_FIRST ENCODING(2, 0, 0, 0, 0)
#define ENCODING_END (ENCODING(3, 7, 15, 15, 7) + ENCODING_STEP)
#define ENCODING_STEP ENCODING(0, 0, 0, 0, 1)

/* On any CPU; a wrong one takes an Undefined Instruction exception. */
uint64_t encoding_read(uint32_t encoding);
void encoding_write(uint32_t encoding, uint64_t value);

#endif
