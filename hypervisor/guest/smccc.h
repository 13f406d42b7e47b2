/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smccc.h - SMC Calling Convention's own functions (Arm DEN 0028, section 7).
 */
#ifndef GUEST_SMCCC_H
#define GUEST_SMCCC_H

#include "cpu/speculation.h"
#include "guest/vcpu.h"

void smccc_init(void); /* boot: ask the firmware whether it has SMCCC 1.1 */
/*
 * On each CPU, before guests run: ask the firmware which workarounds this CPU needs, turn on those that last, and
 * choose the vectors. @registers: all but the firmware's answers; @pfr1: ID_AA64PFR1_EL1.
 */
enum speculation_vectors smccc_init_cpu(struct cpu *cpu, const struct speculation_input *registers, uint64_t pfr1);
/* Arguments in x[1].., answer in x[0]; false: unknown function. */
bool smccc_arch_call(struct vcpu *vcpu, uint32_t function);

#endif
