// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inject.c - exceptions at EL1 for a guest. Context: the vCPU runs on this CPU;
 * its EL1 registers are in the hardware.
 */
#include "guest/inject.h"
#include "cpu/sysreg.h"

#define SCTLR_SPAN BIT(23)
#define SCTLR_DSSBS BIT(44)
#define PSTATE_PAN BIT(22)
#define PSTATE_SSBS BIT(12)
#define PSTATE_M32 BIT(4)

/* Vector offset by where the exception came from (Arm ARM D1.3.1). */
static uint64_t vector_offset(uint64_t spsr)
{
	if (spsr & PSTATE_M32)
		return 0x600;
	switch (SPSR_MODE(spsr)) {
	case SPSR_EL1H: return 0x200;
	case 4: return 0x000;
	default: return 0x400;
	}
}

/* PSTATE on taking an exception to EL1 (Arm ARM D1.3.2). */
static uint64_t handler_pstate(uint64_t spsr, uint64_t sctlr)
{
	uint64_t pstate = SPSR_EL1H | SPSR_DAIF | (spsr & PSTATE_PAN);

	if (!(sctlr & SCTLR_SPAN))
		pstate |= PSTATE_PAN;
	if (sctlr & SCTLR_DSSBS)
		pstate |= PSTATE_SSBS;
	return pstate;
}

static void enter_el1(struct vcpu *vcpu, uint64_t esr)
{
	uint64_t spsr = read_sysreg(spsr_el2);

	write_sysreg(read_sysreg(elr_el2), elr_el1);
	write_sysreg(spsr, spsr_el1);
	write_sysreg(esr, esr_el1);
	write_sysreg(read_sysreg(vbar_el1) + vector_offset(spsr), elr_el2);
	write_sysreg(handler_pstate(spsr, read_sysreg(sctlr_el1)), spsr_el2);
	vcpu->injected++;
}

void inject_undefined(struct vcpu *vcpu)
{
	enter_el1(vcpu, ESR_IL | (uint64_t)ESR_EC_UNKNOWN << 26);
}

void inject_serror(UNUSED struct vcpu *vcpu)
{
	write_sysreg(read_sysreg(hcr_el2) | HCR_VSE, hcr_el2);
}

void inject_abort(struct vcpu *vcpu, uint64_t far, bool instruction)
{
	uint64_t ec = instruction ? ESR_EC_IABT_LOW : ESR_EC_DABT_LOW;
	uint64_t spsr = read_sysreg(spsr_el2), syndrome = read_sysreg(esr_el2);
	/* An external abort of data says also whether a write or a cache maintenance was at fault (DDI 0487 J.a,
	 * D19.2.37). */
	uint64_t kept = syndrome & (instruction ? ESR_IL : ESR_IL | ISS_WNR | ISS_CM);

	/* "From the same level" is the next class. */
	if (!(spsr & PSTATE_M32) && SPSR_MODE(spsr) != SPSR_EL0T)
		ec++;
	write_sysreg(far, far_el1);
	enter_el1(vcpu, ec << 26 | kept | FSC_EXTERNAL);
}
