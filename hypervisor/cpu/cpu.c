// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpu.c - the table of CPUs, and EL2's control registers on each.
 */
#include "cpu/cpu.h"
#include "cpu/context.h"
#include "cpu/features.h"
#include "cpu/offsets.h"
#include "cpu/sysreg.h"
#include "cpu/barrier.h"
#include "cpu/setup.h"

struct cpu cpus[CPU_MAX];
unsigned int cpu_count;

static_assert(offsetof(struct cpu, vcpu) == CPU_VCPU, "cpu/offsets.h");
static_assert(offsetof(struct cpu, stack_top) == CPU_STACK_TOP, "cpu/offsets.h");

extern uint8_t el2_vectors[];

#define HCR_GUEST                                                                                  \
	(HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB | HCR_BSU_IS | HCR_TWI |         \
	 HCR_TID3 | HCR_TSC | HCR_TIDCP | HCR_RW)
/* Trap PMU, debug ROM, OS lock and debug registers; see trap/sysreg.c. */
#define MDCR_GUEST (BIT(5) | BIT(6) | BIT(9) | BIT(10) | BIT(11))
/* nVHE RES1 bits, SVE and SME trapped, FP not. */
#define CPTR_GUEST 0x33ffull

void cpu_setup(struct cpu *cpu, uint64_t vtcr)
{
	write_sysreg((uint64_t)(uintptr_t)cpu, tpidr_el2);
	write_sysreg((uint64_t)(uintptr_t)el2_vectors, vbar_el2);
	write_sysreg(HCR_GUEST, hcr_el2);
	write_sysreg(MDCR_GUEST | FIELD(read_sysreg(mdcr_el2), 4, 0), mdcr_el2);
	write_sysreg(CPTR_GUEST, cptr_el2);
	write_sysreg(0, hstr_el2);
	write_sysreg(1, cnthctl_el2); /* counter open, physical timer trapped */
	write_sysreg(vtcr, vtcr_el2);
	write_sysreg(read_sysreg(midr_el1), vpidr_el2);
	cpu->mpidr = read_sysreg(mpidr_el1) & MPIDR_AFFINITY;
	isb();
}
