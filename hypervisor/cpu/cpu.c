// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpu.c - the table of CPUs and the first one's stack.
 */
#include "cpu/cpu.h"

struct cpu cpus[CPU_MAX];
unsigned int cpu_count;
uint8_t boot_stack[CPU_STACK_BYTES] __attribute__((aligned(4096)));

unsigned int cpu_find_kinds(bool mixed)
{
	unsigned int kinds = 0;

	for (unsigned int i = 0; i < cpu_count; i++) {
		unsigned int like = 0;

		while (!mixed && cpus[like].midr != cpus[i].midr)
			like++;
		cpus[i].kind = (uint8_t)like;
		kinds += like == i;
	}
	return kinds;
}

static_assert(offsetof(struct cpu, vcpu) == CPU_VCPU, "cpu/offsets.h");
static_assert(offsetof(struct cpu, mpidr) == CPU_MPIDR, "cpu/offsets.h");
static_assert(offsetof(struct cpu, stack_top) == CPU_STACK_TOP, "cpu/offsets.h");
static_assert(offsetof(struct cpu, history_loops) == CPU_HISTORY_LOOPS, "cpu/offsets.h");
static_assert(offsetof(struct cpu, workaround) == CPU_WORKAROUND, "cpu/offsets.h");
static_assert(offsetof(struct cpu, serror) == CPU_SERROR, "cpu/offsets.h");
