// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * encoding.c - a register's number is part of the instruction: write the instruction, then call it.
 */
#include "lib/encoding.h"

#define MRS_X0 0xd5200000u
#define MSR_X0 0xd5000000u
#define RET 0xd65f03c0u

/* A page each: QEMU's CPUs that write and run instructions of one page at once may run old ones (seen in 7.2). */
static uint32_t code[MAX_CPUS][1024] __attribute__((aligned(4096)));

/* New instructions are seen after clean to the PoU, invalidate, and the two barriers (DDI 0487 J.a, B2.4.4). */
static uint32_t *make(uint32_t instruction)
{
	uint32_t *at = code[this_cpu()->id];

	if (at[0] == instruction)
		return at;
	at[0] = instruction;
	at[1] = RET;
	__asm__ volatile("dc cvau, %0\n\tdsb ish\n\tic ivau, %0\n\tdsb ish\n\tisb" : : "r"(at) : "memory");
	return at;
}

uint64_t encoding_read(uint32_t encoding)
{
	return ((uint64_t(*)(void))(uintptr_t)make(MRS_X0 | encoding))();
}

void encoding_write(uint32_t encoding, uint64_t value)
{
	((void (*)(uint64_t))(uintptr_t)make(MSR_X0 | encoding))(value);
}
