/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decode.h - loads and stores whose data abort has no syndrome (ISV = 0).
 */
#ifndef TRAP_DECODE_H
#define TRAP_DECODE_H

#include "lib/types.h"

struct decoded {
	uint64_t iss;      /* ISV, SAS, SSE, SRT, SF, WnR as a data abort's syndrome has them */
	unsigned int base; /* 31: SP */
	int64_t offset;    /* is added to the base register */
};

/*
 * LDR, LDRB, LDRH, LDRSB, LDRSH, LDRSW, STR, STRB, STRH of one general register with a pre- or post-indexed immediate
 * (DDI 0487 J.a, C4.1.94.21, C4.1.94.23). False: another instruction, or one whose base is also its data register.
 */
bool decode_load_store(uint32_t instruction, struct decoded *decoded);

#endif
