/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serror.h - System errors: asynchronous aborts (DDI 0487 J.a, D1.3.5; Arm RAS supplement, DDI 0587).
 *
 * EL2 runs with PSTATE.A set. An SError that a guest's access causes while EL2 runs stays pending until the return to
 * that guest, where HCR_EL2.AMO brings it back here, or until serror_take() before another vCPU is loaded.
 */
#ifndef CPU_SERROR_H
#define CPU_SERROR_H

#include "cpu/sysreg.h"

#define ESR_EC_SERROR 0x2full
#define SERROR_IDS BIT(24)
#define SERROR_AET(esr) FIELD(esr, 12, 10)
#define SERROR_DFSC_RAS 0x11u
#define AET_RESTARTABLE 2u
#define AET_CORRECTED 6u

/* Nothing was lost: corrected, or not consumed yet (D19.2.38, ISS of an SError). */
static inline bool serror_is_harmless(uint64_t esr)
{
	return !(esr & SERROR_IDS) && ISS_FSC(esr) == SERROR_DFSC_RAS &&
	       (SERROR_AET(esr) == AET_CORRECTED || SERROR_AET(esr) == AET_RESTARTABLE);
}

/*
 * Wait for the errors of all accesses so far, and take a pending error. Return: its ESR_EL2, or 0. ELR_EL2 and
 * SPSR_EL2 are lost.
 */
uint64_t serror_take(void);
/* An error that no vCPU caused: logged if harmless, else EL2's end. 0 is none. */
void serror_own(uint64_t esr);
/* FEAT_RAS, of all CPUs. */
bool serror_has_ras(void);

#endif
