/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setup.h - one CPU's EL2 control registers.
 */
#ifndef CPU_SETUP_H
#define CPU_SETUP_H

#include "cpu/cpu.h"

/* On the CPU itself, first of all: per-CPU pointer and vectors, so that EL2's own faults are reported. */
void cpu_vectors(struct cpu *cpu, const uint8_t *vectors);
/* On the CPU itself, after cpu_vectors(): what guests trap. */
void cpu_setup(struct cpu *cpu);
/* On the CPU itself, before its first vCPU: the shape of second stage tables, which depends on all CPUs. @fwb:
 * FEAT_S2FWB. */
void cpu_set_stage2(uint64_t vtcr, bool fwb);

#endif
