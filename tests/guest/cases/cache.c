// SPDX-License-Identifier: GPL-2.0-or-later
/* cache.c - maintenance instructions, and memory with the MMU off and on. */
#include "lib/guest.h"

CASE(cache, mmu_off_and_on)
{
	static volatile uint64_t word;

	word = 1;
	mmu_set(0);
	expect("word written with the MMU on, read with it off", word, 1);
	word = 2;
	mmu_set(1);
	expect("word written with the MMU off, read with it on", word, 2);
}
