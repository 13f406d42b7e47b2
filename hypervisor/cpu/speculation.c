// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * speculation.c - from ID registers, MIDR_EL1 and the firmware's answers to the measure at EL2's entry.
 */
#include "cpu/speculation.h"
#include "cpu/errata.h"

/* Models without CSV2 that do not speculate so far, and models whose history has no reach (Arm, CVE-2022-23960). */
static const uint32_t safe_models[] = {
	MIDR_ARM(0xd04u), /* Cortex-A35 */
	MIDR_ARM(0xd03u), /* Cortex-A53 */
	MIDR_ARM(0xd05u), /* Cortex-A55 */
	MIDR_ARM(0xd46u), /* Cortex-A510 */
	MIDR_ARM(0xd80u), /* Cortex-A520 */
};

/* Branches that overwrite a model's history. */
static const struct {
	uint32_t model, loops;
} loop_models[] = {
	{ MIDR_ARM(0xd07u), 8 },   /* Cortex-A57 */
	{ MIDR_ARM(0xd08u), 8 },   /* Cortex-A72 */
	{ MIDR_ARM(0xd0bu), 24 },  /* Cortex-A76 */
	{ MIDR_ARM(0xd0eu), 24 },  /* Cortex-A76AE */
	{ MIDR_ARM(0xd0du), 24 },  /* Cortex-A77 */
	{ MIDR_ARM(0xd0cu), 24 },  /* Neoverse N1 */
	{ MIDR_ARM(0xd41u), 32 },  /* Cortex-A78 */
	{ MIDR_ARM(0xd42u), 32 },  /* Cortex-A78AE */
	{ MIDR_ARM(0xd4bu), 32 },  /* Cortex-A78C */
	{ MIDR_ARM(0xd44u), 32 },  /* Cortex-X1 */
	{ MIDR_ARM(0xd4cu), 32 },  /* Cortex-X1C */
	{ MIDR_ARM(0xd47u), 32 },  /* Cortex-A710 */
	{ MIDR_ARM(0xd48u), 32 },  /* Cortex-X2 */
	{ MIDR_ARM(0xd49u), 32 },  /* Neoverse N2 */
	{ MIDR_ARM(0xd40u), 32 },  /* Neoverse V1 */
	{ MIDR_ARM(0xd4du), 38 },  /* Cortex-A715 */
	{ MIDR_ARM(0xd81u), 38 },  /* Cortex-A720 */
	{ MIDR_ARM(0xd4eu), 132 }, /* Cortex-X3 */
	{ MIDR_ARM(0xd4fu), 132 }, /* Neoverse V2 */
	{ 0xc000ac30u, 11 },       /* AmpereOne */
};

static bool is_safe(uint64_t midr)
{
	for (size_t i = 0; i < ARRAY_SIZE(safe_models); i++)
		if (safe_models[i] == MIDR_MODEL(midr))
			return true;
	return false;
}

static uint32_t loops_of(uint64_t midr)
{
	for (size_t i = 0; i < ARRAY_SIZE(loop_models); i++)
		if (loop_models[i].model == MIDR_MODEL(midr))
			return loop_models[i].loops;
	return 0;
}

/* ID_AA64PFR0_EL1.CSV2 from 1 on: targets trained in another context do not lead this one (DDI 0487 J.a, D19.2.66). */
#define CSV2(pfr0) FIELD(pfr0, 59, 56)

static enum speculation_state branch_targets(const struct speculation_input *input)
{
	if (CSV2(input->pfr0) || is_safe(input->midr) || input->workaround_1 > 0)
		return SPECULATION_UNAFFECTED;
	return input->workaround_1 == 0 ? SPECULATION_MITIGATED : SPECULATION_VULNERABLE;
}

/* CSV2 = 3 and FEAT_ECBHB: history from below EL2 does not lead EL2 (D19.2.66, D19.2.64). */
static bool history_is_separate(const struct speculation_input *input)
{
	return CSV2(input->pfr0) >= 3 || FIELD(input->mmfr1, 63, 60) || is_safe(input->midr);
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
