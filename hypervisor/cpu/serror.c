// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serror.c - take a pending SError at a known place.
 */
#include "cpu/serror.h"
#include "cpu/barrier.h"
#include "cpu/cpu.h"
#include "lib/log.h"
#include "lib/panic.h"

#define DISR_A BIT(31)
#define ISR_A BIT(8)
#define ID_PFR0_RAS(pfr0) FIELD(pfr0, 31, 28)

bool serror_has_ras(void)
{
	return ID_PFR0_RAS(read_sysreg(id_aa64pfr0_el1));
}

/* ESB: an SError that PSTATE.A masks goes into DISR_EL1 instead (DDI 0487 J.a, C6.2, ESB; D19.7, DISR_EL1). */
static uint64_t take_deferred(void)
{
	uint64_t disr;

	__asm__ volatile("hint #16" ::: "memory");
	disr = read_sysreg(S3_0_C12_C1_1);
	if (likely(!(disr & DISR_A)))
		return 0;
	write_sysreg(0, S3_0_C12_C1_1);
	return ESR_EC_SERROR << 26 | ESR_IL | (disr & MASK(24, 0));
}

/*
 * Without ESB, DSB completes the accesses and ISB makes ISR_EL1 show their errors (DDI 0487 J.a, D1.3.5). Unmasked, the
 * pending error is taken to EL2's own vector, which stores its syndrome (trap/entry.S).
 */
static uint64_t take_unmasked(void)
{
	struct cpu *cpu = this_cpu();

	dsb_sy();
	isb();
	if (likely(!(read_sysreg(isr_el1) & ISR_A)))
		return 0;
	cpu->serror = 0;
	/* An unmasked pending SError is taken at the latest at the ISB (DDI 0487 J.a, D1.3.5). */
	__asm__ volatile("msr daifclr, #4\n\tisb\n\tmsr daifset, #4" ::: "memory");
	return __atomic_load_n(&cpu->serror, __ATOMIC_RELAXED);
}

uint64_t serror_take(void)
{
	return serror_has_ras() ? take_deferred() : take_unmasked();
}

void serror_own(uint64_t esr)
{
	if (likely(!esr))
		return;
	if (!serror_is_harmless(esr))
		panic("SError at EL2, CPU %u: ESR %lx", this_cpu()->id, (unsigned long)esr);
	log_print(LOG_WARN, "CPU %u: corrected SError, ESR %lx", this_cpu()->id, (unsigned long)esr);
}
