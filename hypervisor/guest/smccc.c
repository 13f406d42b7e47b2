// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * smccc.c - version, features, and the firmware's workarounds: what each CPU needs of them, and what guests see.
 *
 * A guest's call of a workaround never reaches the firmware. EL2 flushes the predictors at each entry where the CPU
 * needs it (cpu/speculation.h), so a call that got here has its effect already; workaround 2 is on for all, always.
 */
#include "guest/smccc.h"
#include "cpu/errata.h"
#include "hw/psci.h"
#include "lib/log.h"

#define SMCCC_VERSION 0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define SMCCC_1_1 0x10001u
#define NOT_SUPPORTED (-1)
#define NOT_REQUIRED (-2)
#define ID_PFR1_SSBS(pfr1) FIELD(pfr1, 7, 4)

static bool firmware_has_smccc;
/* The worst of all CPUs: a vCPU may move. */
static enum speculation_state targets, history;
/* Of workaround 2, which speculative store bypass needs: some CPU's firmware has it on; all have PSTATE.SSBS. */
static bool bypass_mitigated, bypass_has_ssbs = true;

void smccc_init(void)
{
	/* SMCCC 1.1 is there only if PSCI 1.0 says so (DEN 0028, 7.2.1). */
	firmware_has_smccc = (int32_t)psci_firmware_call(PSCI_FEATURES, SMCCC_VERSION, 0, 0) >= 0;
}

static int32_t ask(uint32_t function)
{
	return firmware_has_smccc ? (int32_t)psci_firmware_call(SMCCC_ARCH_FEATURES, function, 0, 0) : NOT_SUPPORTED;
}

/* Speculative store bypass: EL2 runs with PSTATE.SSBS = 0 where that exists, and with the firmware's measure elsewhere.
 */
static void init_bypass(uint64_t pfr1)
{
	bypass_has_ssbs &= ID_PFR1_SSBS(pfr1) != 0;
	if (ask(SMCCC_ARCH_WORKAROUND_2) != 0)
		return;
	psci_firmware_call(SMCCC_ARCH_WORKAROUND_2, 1, 0, 0);
	bypass_mitigated = true;
}

static void report(const struct cpu *cpu, const struct speculation_choice *choice)
{
	static const char *const measures[SPECULATION_VECTORS] = {
		[SPECULATION_NONE] = "nothing",
		[SPECULATION_LOOP] = "a loop of branches",
		[SPECULATION_CLEAR] = "CLRBHB",
		[SPECULATION_FIRMWARE] = "a call to the firmware",
	};

	if (choice->targets == SPECULATION_VULNERABLE || choice->history == SPECULATION_VULNERABLE)
		log_print(LOG_WARN,
			  "CPU %u: guests can train EL2's branch prediction: update the firmware to one with "
			  "SMCCC_ARCH_WORKAROUND_1",
			  cpu->id);
	else if (cpu->id == 0 || choice->vectors != SPECULATION_NONE)
		log_print(LOG_INFO, "CPU %u: branch prediction: %s at each exit", cpu->id, measures[choice->vectors]);
}

enum speculation_vectors smccc_init_cpu(struct cpu *cpu, const struct speculation_input *registers, uint64_t pfr1)
{
	struct speculation_input input = *registers;
	struct speculation_choice choice;

	input.workaround_1 = ask(SMCCC_ARCH_WORKAROUND_1);
	input.workaround_3 = ask(SMCCC_ARCH_WORKAROUND_3);
	choice = speculation_choose(&input);
	cpu->history_loops = choice.loops;
	cpu->workaround = choice.workaround;
	targets = MAX(targets, choice.targets);
	history = MAX(history, choice.history);
	init_bypass(pfr1);
	report(cpu, &choice);
	return choice.vectors;
}

/* What ARCH_FEATURES answers (DEN 0028 F, 7.3, 7.4, 7.5). */
static int32_t answer(enum speculation_state state)
{
	static const int8_t answers[] = {
		[SPECULATION_UNAFFECTED] = 1,
		[SPECULATION_MITIGATED] = 0,
		[SPECULATION_VULNERABLE] = NOT_SUPPORTED,
	};

	return answers[state];
}

static int32_t features(uint32_t function)
{
	switch (function) {
	case SMCCC_VERSION:
	case SMCCC_ARCH_FEATURES: return 0;
	case SMCCC_ARCH_WORKAROUND_1: return answer(targets);
	case SMCCC_ARCH_WORKAROUND_3: return answer(history);
	/* With PSTATE.SSBS each guest decides for itself; without, the measure stays on, and a call is not needed. */
	case SMCCC_ARCH_WORKAROUND_2: return bypass_mitigated && !bypass_has_ssbs ? NOT_REQUIRED : NOT_SUPPORTED;
	default: return NOT_SUPPORTED;
	}
}

bool smccc_arch_call(struct vcpu *vcpu, uint32_t function)
{
	switch (function) {
	case SMCCC_VERSION: vcpu->x[0] = SMCCC_1_1; return true;
	case SMCCC_ARCH_FEATURES: vcpu->x[0] = (uint64_t)(int64_t)features((uint32_t)vcpu->x[1]); return true;
	case SMCCC_ARCH_WORKAROUND_1:
	case SMCCC_ARCH_WORKAROUND_3: return features(function) >= 0;
	default: return false;
	}
}
