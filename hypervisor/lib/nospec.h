/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nospec.h - a number from a guest as an index, also for a CPU that guesses past the check of it ("Spectre v1",
 * CVE-2017-5753).
 */
#ifndef LIB_NOSPEC_H
#define LIB_NOSPEC_H

#include "lib/types.h"

/*
 * @index if it is below @count, else 0, without a branch that could be guessed: all ones or zero from the comparison's
 * borrow, and CSDB, so that the result is not guessed either (DDI 0487 J.a, C6.2, CSDB). After the check, before the
 * use.
 */
static inline uint64_t nospec(uint64_t index, uint64_t count)
{
#ifdef VIMO_HOST_TEST
	return index < count ? index : 0;
#else
	uint64_t mask;

	__asm__ volatile("cmp %1, %2\n\tsbc %0, xzr, xzr\n\thint #20" : "=r"(mask) : "r"(index), "r"(count) : "cc");
	return index & mask;
#endif
}

#endif
