// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * setup.c - EL2's control registers on each CPU.
 */
#include "cpu/setup.h"
#include "cpu/barrier.h"
#include "cpu/context.h"
#include "cpu/features.h"
#include "cpu/sysreg.h"

#define HCR_GUEST                                                                                                \
	(HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB | HCR_BSU_IS | HCR_TWI | HCR_TID1 | HCR_TID3 | \
	 HCR_TSC | HCR_TIDCP | HCR_TACR | HCR_RW)
/* Trap PMU, debug ROM, OS lock and debug registers (see trap/sysreg.c), SPE and trace filters. */
#define MDCR_GUEST (BIT(5) | BIT(6) | BIT(9) | BIT(10) | BIT(11) | BIT(14) | BIT(19))
#define MDCR_HPMN(mdcr) FIELD(mdcr, 4, 0)
/* nVHE RES1 bits; SVE, SME, trace registers and activity monitors trapped, FP not. */
#define CPTR_GUEST (0x33ffull | BIT(20) | BIT(30))

/* Traps for features that the CPU has and features.c hides from guests. */
static uint64_t hcr_for_features(void)
{
	uint64_t hcr = HCR_GUEST;

	if (FIELD(read_sysreg(id_aa64pfr0_el1), 31, 28)) {
		hcr |= HCR_TERR;
		/* VSESR_EL2: guests see no RAS, so all their SErrors have an unspecified syndrome (IDS). */
		write_sysreg(BIT(24), S3_4_C5_C2_3);
	}
	if (FIELD(read_sysreg(id_aa64mmfr1_el1), 19, 16))
		hcr |= HCR_TLOR;
	return hcr;
}

/*
 * Fine-grained traps are UNKNOWN after reset (FEAT_FGT, Arm ARM D17.2). 0 traps nothing that an older CPU has; it does
 * trap later additions (the bits named n...).
 */
static void reset_fine_traps(void)
{
	unsigned int fgt = (unsigned int)FIELD(read_sysreg(id_aa64mmfr0_el1), 59, 56);

	if (fgt) {
		write_sysreg(0, S3_4_C1_C1_4); /* HFGRTR_EL2 */
		write_sysreg(0, S3_4_C1_C1_5); /* HFGWTR_EL2 */
		write_sysreg(0, S3_4_C1_C1_6); /* HFGITR_EL2 */
		write_sysreg(0, S3_4_C3_C1_4); /* HDFGRTR_EL2 */
		write_sysreg(0, S3_4_C3_C1_5); /* HDFGWTR_EL2 */
	}
	if (fgt && FIELD(read_sysreg(id_aa64pfr0_el1), 47, 44))
		write_sysreg(0, S3_4_C3_C1_6); /* HAFGRTR_EL2 */
	if (fgt > 1) {
		write_sysreg(0, S3_4_C3_C1_0); /* HDFGRTR2_EL2 */
		write_sysreg(0, S3_4_C3_C1_1); /* HDFGWTR2_EL2 */
		write_sysreg(0, S3_4_C3_C1_2); /* HFGRTR2_EL2 */
		write_sysreg(0, S3_4_C3_C1_3); /* HFGWTR2_EL2 */
		write_sysreg(0, S3_4_C3_C1_7); /* HFGITR2_EL2 */
	}
	if (FIELD(read_sysreg(id_aa64mmfr1_el1), 43, 40))
		write_sysreg(0, S3_4_C1_C2_2); /* HCRX_EL2 */
}

/*
 * Breakpoints and watchpoints are UNKNOWN after a cold reset, and guests cannot write them. The OS lock is set after
 * reset and would forbid guests to single-step (Arm ARM D2.2, H3.5).
 */
static void reset_debug(void)
{
	uint64_t dfr0 = read_sysreg(id_aa64dfr0_el1);
	int last_break = (int)FIELD(dfr0, 15, 12), last_watch = (int)FIELD(dfr0, 23, 20);

#define CLEAR(n)                                  \
	if ((n) <= last_break)                    \
		write_sysreg(0, dbgbcr##n##_el1); \
	if ((n) <= last_watch)                    \
	write_sysreg(0, dbgwcr##n##_el1)
	CLEAR(0);
	CLEAR(1);
	CLEAR(2);
	CLEAR(3);
	CLEAR(4);
	CLEAR(5);
	CLEAR(6);
	CLEAR(7);
	CLEAR(8);
	CLEAR(9);
	CLEAR(10);
	CLEAR(11);
	CLEAR(12);
	CLEAR(13);
	CLEAR(14);
	CLEAR(15);
	write_sysreg(0, mdscr_el1);
	write_sysreg(0, osdlr_el1);
	write_sysreg(0, oslar_el1);
}

void cpu_vectors(struct cpu *cpu, const uint8_t *vectors)
{
	write_sysreg((uint64_t)(uintptr_t)cpu, tpidr_el2);
	write_sysreg((uint64_t)(uintptr_t)vectors, vbar_el2);
	isb();
}

void cpu_setup(struct cpu *cpu, uint64_t vtcr)
{
	reset_fine_traps();
	reset_debug();
	/* No walk may use VTTBR_EL2 before a vCPU sets it. */
	context_stop_walks();
	write_sysreg(0, vttbr_el2);
	write_sysreg(vtcr, vtcr_el2);
	write_sysreg(hcr_for_features(), hcr_el2);
	write_sysreg(MDCR_GUEST | MDCR_HPMN(read_sysreg(mdcr_el2)), mdcr_el2);
	write_sysreg(CPTR_GUEST, cptr_el2);
	write_sysreg(0, hstr_el2);
	write_sysreg(1, cnthctl_el2); /* counter open, physical timer trapped */
	write_sysreg(read_sysreg(midr_el1), vpidr_el2);
	cpu->mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
	isb();
}
