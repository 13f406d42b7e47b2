/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * context.h - EL1/EL0 state that EL2 switches between vCPUs.
 */
#ifndef CPU_CONTEXT_H
#define CPU_CONTEXT_H

#include "lib/types.h"

struct cpu_context {
	uint64_t sctlr, actlr, cpacr, ttbr0, ttbr1, tcr, mair, amair, vbar;
	uint64_t esr, far, afsr0, afsr1, contextidr, par, elr, spsr, sp_el1, sp_el0;
	uint64_t tpidr_el0, tpidrro_el0, tpidr_el1, cntkctl, csselr, mdscr;
	uint64_t cntv_ctl, cntv_cval;
	uint64_t vmpidr;
	uint64_t fpcr, fpsr;
	__uint128_t v[32] __attribute__((aligned(16)));
};

void context_save(struct cpu_context *context);
void context_load(const struct cpu_context *context);

#endif
