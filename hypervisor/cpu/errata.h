/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * errata.h - faults of CPU models that EL2 works around, found by MIDR_EL1
 * (Arm's Software Developer Errata Notices name each by its number).
 */
#ifndef CPU_ERRATA_H
#define CPU_ERRATA_H

#include "cpu/barrier.h"
#include "cpu/sysreg.h"

#define ERRATUM_TLBI_TWICE BIT(0)     /* cpu/tlb.c: a second TLBI and DSB */
#define ERRATUM_STAGE1_FIRST BIT(1)   /* trap/abort.c: a stage 2 fault may hide one of stage 1 */
#define ERRATUM_PAR_DEADLOCK BIT(2)   /* read_par(): DMB SY on both sides */
#define ERRATUM_SPECULATIVE_AT BIT(3) /* cpu/context.c does it on all CPUs: no walks between two vCPUs */
#define ERRATUM_BUILD BIT(4)          /* the linker or the compiler avoids the sequence */
#define ERRATUM_CLEAN_IS_CIVAC BIT(5) /* cpu/cache.S never uses DC CVAC */
#define ERRATUM_UNMITIGATED BIT(6)    /* EL2 has no workaround */

struct erratum {
	uint32_t model;      /* MIDR_EL1, implementer and part number only */
	uint8_t first, last; /* variant << 4 | revision */
	uint8_t flags;       /* ERRATUM_* */
	const char *name;
};

/* Of all CPUs that came up: written before dom0 runs. */
extern uint64_t errata_present;

/* The next row at or after *at that is true of this MIDR_EL1, or NULL; *at moves past it. */
const struct erratum *errata_next(uint64_t midr, unsigned int *at);
/* On each CPU: note its errata, and log them once for each MIDR. */
void errata_init_cpu(unsigned int cpu, uint64_t midr);

#define MIDR_VERSION(midr) (FIELD(midr, 23, 20) << 4 | FIELD(midr, 3, 0))

/* PAR_EL1. Cortex-A77 erratum 1508412: a read of it must not meet a load of Device memory or a store exclusive. */
static inline uint64_t read_par(void)
{
	uint64_t par;

	if (likely(!(errata_present & ERRATUM_PAR_DEADLOCK)))
		return read_sysreg(par_el1);
	dmb_sy();
	par = read_sysreg(par_el1);
	dmb_sy();
	return par;
}
#endif
