/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu.h - one physical CPU as EL2 sees it.
 */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "cpu/offsets.h"
#include "lib/types.h"

struct vcpu;

struct cpu {
	struct vcpu *vcpu; /* vCPU that runs here, or NULL; first: entry.S reads it */
	uint32_t id;       /* 0..cpu_count-1 */
	uint32_t work;     /* CPU_WORK_*; looked at before each return to a guest */
	uint64_t mpidr;    /* affinity fields only */
	bool online;
	bool idle;
	uint8_t *stack_top;
	uint64_t gicr; /* GICv3: address of this CPU's redistributor; v2: its SGI target mask */
	/* entry.S: cpu/speculation.h, set at start; ESR_EL2 of the SError that cpu/serror.c unmasked */
	uint32_t history_loops, workaround;
	uint64_t serror;
	uint64_t midr; /* MIDR_EL1 */
	uint8_t kind;  /* the same for CPUs between which a guest may move */
};

#define CPU_WORK_SCHED 1u /* choose again what runs */

extern struct cpu cpus[CPU_MAX];
extern unsigned int cpu_count;              /* CPUs that came up */
extern uint8_t boot_stack[CPU_STACK_BYTES]; /* of the boot CPU; the others have theirs from the heap */
/*
 * For the CPUs that came up: those with the same MIDR_EL1 are of one kind, or @mixed, all are. A guest takes
 * workarounds of its CPU's errata at its start. Return: the number of kinds.
 */
unsigned int cpu_find_kinds(bool mixed);

#ifdef VIMO_HOST_TEST
extern struct cpu *test_this_cpu;
static inline struct cpu *this_cpu(void)
{
	return test_this_cpu;
}
#else
static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	/* Not volatile: EL2 code never moves to another CPU. */
	__asm__("mrs %0, tpidr_el2" : "=r"(cpu));
	return cpu;
}
#endif

#endif
