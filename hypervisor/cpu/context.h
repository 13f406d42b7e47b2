/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * context.h - EL1/EL0 state that EL2 switches between vCPUs.
 */
#ifndef CPU_CONTEXT_H
#define CPU_CONTEXT_H

#include "lib/types.h"

struct cpu_context {
	/* Pairs as CONTEXT_REGISTERS has them, so that one instruction stores or loads both. */
	uint64_t cpacr, vbar, ttbr0, ttbr1, mair, amair, esr, far, afsr0, afsr1, elr, spsr, sp_el1, sp_el0;
	uint64_t tpidr_el0, tpidrro_el0, tpidr_el1, contextidr, cntkctl, csselr, mdscr, vmpidr, fpcr, fpsr;
	uint64_t sctlr, tcr, par, cntv_ctl, cntv_cval;
	__uint128_t v[32] __attribute__((aligned(16)));
};

/*
 * From a save to the next load the EL1&0 stage 1 walks nothing: while registers of two vCPUs are
 * mixed, CPUs with erratum 1319367 (Cortex-A57, A72) and its like (1165522, 1530923) could fill the
 * TLB through a speculative AT instruction.
 */
void context_save(struct cpu_context *context);
void context_load(const struct cpu_context *context);
/* The same for a moment in which VTTBR_EL2 is another domain's; the arguments are the values before it. */
void context_stop_walks(void);
void context_start_walks(uint64_t sctlr, uint64_t tcr);

#endif
