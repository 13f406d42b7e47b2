// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memory.c - translation: the second GiB is RAM, the fourth the same RAM for EL0, all else of 512 GiB Device memory,
 * each address its own.
 */
#include "lib/guest.h"

#define BLOCK_DEVICE 0x405ull /* block, attribute 1, access flag */
#define BLOCK_NORMAL 0x701ull /* block, attribute 0, inner shareable, access flag */
#define EL0_MAY (1ull << 6)   /* AP[1]; EL1 does not execute it */
#define NEVER_EXECUTE (3ull << 53)

uint64_t root_table[512] __attribute__((aligned(4096)));
void tables_make(void);

/* Context: the MMU is off. */
void tables_make(void)
{
	for (uint64_t i = 0; i < 512; i++)
		root_table[i] = i << 30 | (i == 1 ? BLOCK_NORMAL : BLOCK_DEVICE | NEVER_EXECUTE);
	root_table[(EL0_ALIAS >> 30) + 1] = 1ull << 30 | BLOCK_NORMAL | EL0_MAY;
}
