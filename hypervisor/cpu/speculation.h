/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * speculation.h - what a CPU's branch predictor needs when a guest enters EL2.
 *
 * A guest must not lead EL2's speculation by branch targets ("Spectre v2", CVE-2017-5715) or by branch history
 * ("Spectre-BHB", CVE-2022-23960; Arm's whitepaper of March 2022 has the loop counts). Both are done at each entry from
 * a guest, before EL2's first indirect branch, so that a switch to another domain needs no more: EL2's own code ran
 * between the two.
 */
#ifndef CPU_SPECULATION_H
#define CPU_SPECULATION_H

#include "lib/types.h"

/* Which of the vector tables of trap/entry.S a CPU uses. */
enum speculation_vectors {
	SPECULATION_NONE,     /* costs nothing */
	SPECULATION_LOOP,     /* taken branches fill the history */
	SPECULATION_CLEAR,    /* CLRBHB (FEAT_CLRBHB) */
	SPECULATION_FIRMWARE, /* an SMC, then the loop if the CPU needs it, too */
	SPECULATION_VECTORS,
};

/* As SMCCC_ARCH_FEATURES answers guests; a higher number is worse. */
enum speculation_state { SPECULATION_UNAFFECTED, SPECULATION_MITIGATED, SPECULATION_VULNERABLE };

#define SMCCC_ARCH_WORKAROUND_1 0x80008000u
#define SMCCC_ARCH_WORKAROUND_2 0x80007fffu
#define SMCCC_ARCH_WORKAROUND_3 0x80003fffu

/* Of one CPU. */
struct speculation_input {
	uint64_t midr, pfr0, mmfr1, isar2;
	int32_t workaround_1, workaround_3; /* the firmware's answers: 0 needed, 1 not needed, negative unknown */
};

struct speculation_choice {
	enum speculation_vectors vectors;
	enum speculation_state targets, history;
	uint32_t loops;      /* of SPECULATION_LOOP and _FIRMWARE; 0: none */
	uint32_t workaround; /* the function of SPECULATION_FIRMWARE */
};

struct speculation_choice speculation_choose(const struct speculation_input *input);

#endif
