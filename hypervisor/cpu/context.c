// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * context.c - EL1/EL0 registers of a vCPU to and from the hardware. Context:
 * the vCPU's CPU, interrupts masked. No barrier is needed before the ERET that
 * follows a load: it is a context synchronization event (D1.3).
 */
#include "cpu/context.h"
#include "cpu/barrier.h"
#include "cpu/errata.h"
#include "cpu/offsets.h"
#include "cpu/sysreg.h"

void fp_save(__uint128_t *v);
void fp_load(const __uint128_t *v);

/* A list of pairs, not statements. */
/* clang-format off */
#define CONTEXT_REGISTERS(X)                                                                       \
	X(cpacr, cpacr_el1, vbar, vbar_el1) X(ttbr0, ttbr0_el1, ttbr1, ttbr1_el1)                  \
	X(mair, mair_el1, amair, amair_el1) X(esr, esr_el1, far, far_el1)                          \
	X(afsr0, afsr0_el1, afsr1, afsr1_el1) X(elr, elr_el1, spsr, spsr_el1)                      \
	X(sp_el1, sp_el1, sp_el0, sp_el0) X(tpidr_el0, tpidr_el0, tpidrro_el0, tpidrro_el0)        \
	X(tpidr_el1, tpidr_el1, contextidr, contextidr_el1) X(cntkctl, cntkctl_el1, csselr, csselr_el1) \
	X(mdscr, mdscr_el1, vmpidr, vmpidr_el2) X(fpcr, S3_3_C4_C4_0, fpsr, S3_3_C4_C4_1)
/* clang-format on */

#define TCR_NO_WALKS (BIT(7) | BIT(23)) /* EPD0, EPD1 */
#define SCTLR_MMU_ON 0x30d00801ull      /* RES1 | M */

/*
 * MMU on and no walks: no AT instruction, not even a speculative one, can make a TLB entry. The ISBs order the writes
 * for walks (DDI 0487 J.a, D19.1.2): never is the MMU off, or SCTLR_EL1 another vCPU's, while walks are on.
 */
void context_stop_walks(void)
{
	write_sysreg(read_sysreg(tcr_el1) | TCR_NO_WALKS, tcr_el1);
	isb();
	write_sysreg(read_sysreg(sctlr_el1) | SCTLR_MMU_ON, sctlr_el1);
	isb();
}

/* Undo, with the registers that walks use already in place; the caller's ERET synchronizes (DDI 0487 J.a, D19.1.2). */
void context_start_walks(uint64_t sctlr, uint64_t tcr)
{
	isb();
	write_sysreg(sctlr, sctlr_el1);
	isb();
	write_sysreg(tcr, tcr_el1);
}

void context_save(struct cpu_context *context)
{
	uint64_t first, second;

#define SAVE(field, name, field2, name2) \
	first = read_sysreg(name);       \
	second = read_sysreg(name2);     \
	context->field = first;          \
	context->field2 = second;
	CONTEXT_REGISTERS(SAVE)
	context->cntv_cval = read_sysreg(cntv_cval_el0);
	context->par = read_par();
	context->cntv_ctl = read_sysreg(cntv_ctl_el0);
	context->sctlr = read_sysreg(sctlr_el1);
	context->tcr = read_sysreg(tcr_el1);
	fp_save(context->v);
	context_stop_walks();
}

void context_load(const struct cpu_context *context)
{
	uint64_t first, second;

#define LOAD(field, name, field2, name2) \
	first = context->field;          \
	second = context->field2;        \
	write_sysreg(first, name);       \
	write_sysreg(second, name2);
	CONTEXT_REGISTERS(LOAD)
	write_sysreg(context->cntv_cval, cntv_cval_el0);
	write_sysreg(context->par, par_el1);
	fp_load(context->v);
	context_start_walks(context->sctlr, context->tcr);
	/*
	 * Last, behind the barriers above: the compare value is in place before the timer is on, or it could fire for
	 * the previous vCPU's value (DDI 0487 J.a, D11.2.4, D19.1.2).
	 */
	write_sysreg(context->cntv_ctl, cntv_ctl_el0);
}
