// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * speculation.c - from ID registers, MIDR_EL1 and the firmware's answers to the measure at EL2's entry.
 */
#include "cpu/speculation.h"
#include "cpu/model.h"

static uint32_t loops_of(uint64_t midr)
{
	const struct cpu_model *model = cpu_model(midr);

	return model ? model->loops : 0;
}

/* ID_AA64PFR0_EL1.CSV2 from 1 on: targets trained in another context do not lead this one (DDI 0487 J.a, D19.2). */
#define CSV2(pfr0) FIELD(pfr0, 59, 56)

static enum speculation_state branch_targets(const struct speculation_input *input)
{
	if (CSV2(input->pfr0) || loops_of(input->midr) == NO_HISTORY || input->workaround_1 > 0)
		return SPECULATION_UNAFFECTED;
	return input->workaround_1 == 0 ? SPECULATION_MITIGATED : SPECULATION_VULNERABLE;
}

/* CSV2 = 3 and FEAT_ECBHB: history from below EL2 does not lead EL2 (D19.2; ID_AA64MMFR1_EL1: D19.2.65). */
static bool history_is_separate(const struct speculation_input *input)
{
	return CSV2(input->pfr0) >= 3 || FIELD(input->mmfr1, 63, 60) || loops_of(input->midr) == NO_HISTORY;
}

struct speculation_choice speculation_choose(const struct speculation_input *input)
{
	struct speculation_choice choice = { .targets = branch_targets(input) };

	if (choice.targets == SPECULATION_VULNERABLE) {
		/* A measure for branch history alone would not help. */
		choice.history = SPECULATION_VULNERABLE;
		return choice;
	}
	if (choice.targets == SPECULATION_MITIGATED)
		choice.workaround = SMCCC_ARCH_WORKAROUND_1;
	if (history_is_separate(input)) {
		choice.history = SPECULATION_UNAFFECTED;
	} else if (FIELD(input->isar2, 31, 28)) {
		choice.history = SPECULATION_MITIGATED;
		choice.vectors = SPECULATION_CLEAR;
	} else if (loops_of(input->midr)) {
		choice.history = SPECULATION_MITIGATED;
		choice.vectors = SPECULATION_LOOP;
		choice.loops = loops_of(input->midr);
	} else if (input->workaround_3 == 0) {
		/* Its SMC does what that of workaround 1 does (DEN 0028 F, 7.5). */
		choice.history = SPECULATION_MITIGATED;
		choice.workaround = SMCCC_ARCH_WORKAROUND_3;
	}
	if (choice.workaround)
		choice.vectors = SPECULATION_FIRMWARE;
	return choice;
}
