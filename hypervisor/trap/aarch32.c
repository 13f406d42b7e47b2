// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * aarch32.c - the IT block and the condition of a trapped instruction.
 */
#include "trap/aarch32.h"

#define SPSR_IT 0x0600fc00ull
#define ISS_CV BIT(24)
#define ISS_COND(esr) ((unsigned int)FIELD(esr, 23, 20))
#define COND_ALWAYS 14u

/* IT[7:2] in bits 15:10, IT[1:0] in bits 26:25. */
static unsigned int it_state(uint64_t spsr)
{
	return (unsigned int)(FIELD(spsr, 15, 10) << 2 | FIELD(spsr, 26, 25));
}

uint64_t aarch32_advance(uint64_t spsr)
{
	uint64_t it = it_state(spsr);

	it = it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
	return (spsr & ~SPSR_IT) | it >> 2 << 10 | (it & 3) << 25;
}

static bool flags_match(unsigned int condition, uint64_t spsr)
{
	bool n = spsr & BIT(31), z = spsr & BIT(30), c = spsr & BIT(29), v = spsr & BIT(28), holds = true;

	switch (condition >> 1) {
	case 0: holds = z; break;
	case 1: holds = c; break;
	case 2: holds = n; break;
	case 3: holds = v; break;
	case 4: holds = c && !z; break;
	case 5: holds = n == v; break;
	case 6: holds = n == v && !z; break;
	default: return true;
	}
	return holds != (condition & 1);
}

bool aarch32_condition_holds(uint64_t esr, uint64_t spsr)
{
	unsigned int it = it_state(spsr), condition = ISS_COND(esr);

	/* T32 may leave the condition to the IT block. */
	if (!(esr & ISS_CV))
		condition = it ? it >> 4 : COND_ALWAYS;
	return flags_match(condition, spsr);
}
