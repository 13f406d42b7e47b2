// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * setup.c - EL2's control registers on each CPU.
 */
#include "cpu/setup.h"
#include "cpu/barrier.h"
#include "cpu/context.h"
#include "cpu/extensions.h"
#include "cpu/sysreg.h"

#define HCR_GUEST                                                                                                \
	(HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB | HCR_BSU_IS | HCR_TWI | HCR_TID1 | HCR_TID3 | \
	 HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_TSW | HCR_RW)
/* Trap PMU, debug ROM, OS lock and debug registers (see trap/sysreg.c), SPE and trace filters. */
#define MDCR_GUEST (BIT(5) | BIT(6) | BIT(9) | BIT(10) | BIT(11) | BIT(14) | BIT(19))
#define PMCR_N(pmcr) FIELD(pmcr, 15, 11)
#define IMPLEMENTER_ARM 0x41u
/* A list, not statements. */
/* clang-format off */
#define BREAKPOINTS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
/* clang-format on */
/* nVHE RES1 bits; SVE, SME, trace registers and activity monitors trapped, FP not. */
#define CPTR_GUEST (0x33ffull | BIT(20) | BIT(30))

/* Traps for features that the CPU has and features.c hides from guests. */
static uint64_t hcr_for_features(void)
{
	uint64_t hcr = HCR_GUEST;

	if (FIELD(read_sysreg(id_aa64pfr0_el1), 31, 28))
		hcr |= HCR_TERR;
	if (FIELD(read_sysreg(id_aa64mmfr1_el1), 19, 16))
		hcr |= HCR_TLOR;
	if (FIELD(read_sysreg(id_aa64pfr1_el1), 11, 8) > 1)
		hcr |= HCR_TID5; /* GMID_EL1 of MTE */
	return hcr;
}

/*
 * HPMN is UNKNOWN after reset, and more event counters than there are, or none, is CONSTRAINED UNPREDICTABLE
 * (DDI 0487 J.a, D19.2, MDCR_EL2): all counters are EL1's, which PMCR_EL0 counts. EL2 reads it without a trap.
 */
static uint64_t mdcr_for_features(void)
{
	uint64_t pmu = FIELD(read_sysreg(id_aa64dfr0_el1), 11, 8);

	return MDCR_GUEST | (pmu && pmu != 0xf ? PMCR_N(read_sysreg(pmcr_el0)) : 0);
}

/*
 * In the CPUs of Arm, ACTLR_EL2 gives EL1 registers that are the CPU's own, such as CPUECTLR_EL1, and nothing else
 * (each CPU's TRM, ACTLR_EL2). HACR_EL2 has traps that are the CPU's own.
 */
static void reset_implementation_defined(void)
{
	if (FIELD(read_sysreg(midr_el1), 31, 24) == IMPLEMENTER_ARM)
		write_sysreg(0, actlr_el2);
	write_sysreg(0, S3_4_C1_C1_7); /* HACR_EL2 */
}

/*
 * Breakpoints and watchpoints are UNKNOWN after a cold reset, and guests cannot write them. The OS lock is set after
 * reset and would forbid guests to single-step (DDI 0487 J.a, D19.3, OSLAR_EL1).
 */
static void reset_debug(void)
{
	uint64_t dfr0 = read_sysreg(id_aa64dfr0_el1);
	int last_break = (int)FIELD(dfr0, 15, 12), last_watch = (int)FIELD(dfr0, 23, 20);

#define CLEAR(n)                                  \
	if ((n) <= last_break)                    \
		write_sysreg(0, dbgbcr##n##_el1); \
	if ((n) <= last_watch)                    \
		write_sysreg(0, dbgwcr##n##_el1);
	BREAKPOINTS(CLEAR)
	write_sysreg(0, mdscr_el1);
	write_sysreg(0, osdlr_el1);
	write_sysreg(0, oslar_el1);
}

void cpu_vectors(struct cpu *cpu, const uint8_t *vectors)
{
	write_sysreg((uint64_t)(uintptr_t)cpu, tpidr_el2);
	write_sysreg((uint64_t)(uintptr_t)vectors, vbar_el2);
	/* The next exception uses it (DDI 0487 J.a, D19.1.2). */
	isb();
}

void cpu_set_stage2(uint64_t vtcr, bool fwb)
{
	write_sysreg(vtcr, vtcr_el2);
	if (fwb)
		write_sysreg(read_sysreg(hcr_el2) | HCR_FWB, hcr_el2);
	/* cpu_setup() stopped all walks, so that no TLB entry was made with other values (DDI 0487 L.a, D8.17). */
	isb();
}

void cpu_setup(struct cpu *cpu)
{
	extensions_reset();
	reset_implementation_defined();
	reset_debug();
	/* No walk may use VTTBR_EL2 before a vCPU sets it. */
	context_stop_walks();
	write_sysreg(0, vttbr_el2);
	write_sysreg(0, vtcr_el2);
	write_sysreg(hcr_for_features(), hcr_el2);
	write_sysreg(mdcr_for_features(), mdcr_el2);
	write_sysreg(CPTR_GUEST, cptr_el2);
	write_sysreg(0, hstr_el2);
	write_sysreg(1, cnthctl_el2); /* counter open, physical timer trapped */
	cpu->midr = read_sysreg(midr_el1);
	write_sysreg(cpu->midr, vpidr_el2);
	cpu->mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
	/* Traps and controls are in place before anything that depends on them (DDI 0487 J.a, D19.1.2). */
	isb();
}
