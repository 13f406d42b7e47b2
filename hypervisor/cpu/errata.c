// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * errata.c - the table of errata that matter at EL2 without VHE.
 *
 * Left out are errata of state that guests do not have (trace, SPE, PMU, pointer authentication, MTE), those that a
 * guest's kernel works around for itself by MIDR_EL1 (3194386 and its like: a barrier after MSR SSBS, which EL2 does
 * not have; 1418040, 1463225, 1542419, 1742098, 845719, 1024718), those that the firmware's CPU setup removes, and
 * those of AArch32 at EL1 (852523, 853709). Neoverse N1 1349291 reports an uncontained error as unrecoverable:
 * cpu/serror.h takes neither for harmless. Errata of TLBI that all revisions of a model have are in cpu/model.c, branch
 * predictors in cpu/speculation.c.
 */
#include "cpu/errata.h"
#include "cpu/model.h"
#include "lib/log.h"

#define ALL 0x00, 0xff

uint64_t errata_present;

static const struct erratum table[] = {
	{ CORTEX_A53, 0x00, 0x04, ERRATUM_BUILD, "843419, 835769 (built without the sequences)" },
	{ CORTEX_A53, 0x00, 0x01, ERRATUM_CLEAN_IS_CIVAC, "819472 (clean and invalidate)" },
	{ CORTEX_A53, 0x00, 0x02, ERRATUM_CLEAN_IS_CIVAC, "824069, 826319, 827319 (clean and invalidate)" },
	{ CORTEX_A55, 0x00, 0x20, ERRATUM_SPECULATIVE_AT, "1530923 (no walks during a switch)" },
	{ CORTEX_A57, 0x00, 0x12, ERRATUM_STAGE1_FIRST, "834220 (stage 1 checked at stage 2 faults)" },
	{ CORTEX_A57, 0x00, 0x12, ERRATUM_UNMITIGATED, "832075 (no workaround: a guest may stop the CPU)" },
	{ CORTEX_A57, ALL, ERRATUM_SPECULATIVE_AT, "1319537 (no walks during a switch)" },
	{ CORTEX_A72, ALL, ERRATUM_SPECULATIVE_AT, "1319367 (no walks during a switch)" },
	{ CORTEX_A76, 0x00, 0x20, ERRATUM_SPECULATIVE_AT, "1165522 (no walks during a switch)" },
	{ CORTEX_A76, 0x00, 0x30, ERRATUM_TLBI_TWICE, "1286807 (TLBI twice)" },
	{ CORTEX_A77, 0x00, 0x10, ERRATUM_PAR_DEADLOCK, "1508412 (barriers around PAR_EL1)" },
	{ CORTEX_A510, 0x00, 0x11, ERRATUM_TLBI_TWICE, "2441009 (TLBI twice)" },
};

const struct erratum *errata_next(uint64_t midr, unsigned int *at)
{
	while (*at < ARRAY_SIZE(table)) {
		const struct erratum *row = &table[(*at)++];

		if (row->model == MIDR_MODEL(midr) && MIDR_VERSION(midr) >= row->first &&
		    MIDR_VERSION(midr) <= row->last)
			return row;
	}
	return NULL;
}

void errata_init_cpu(unsigned int cpu, uint64_t midr)
{
	static uint64_t last;
	const struct cpu_model *model = cpu_model(midr);
	const struct erratum *row;
	unsigned int at = 0;

	if (midr == last)
		return;
	last = midr;
	log_print(LOG_INFO, "CPU %u: %s r%lup%lu, MIDR %lx", cpu, model ? model->name : "unknown model",
		  (unsigned long)FIELD(midr, 23, 20), (unsigned long)FIELD(midr, 3, 0), (unsigned long)midr);
	if (model && model->tlbi_erratum) {
		errata_present |= ERRATUM_TLBI_TWICE;
		log_print(LOG_INFO, "CPU %u: erratum %u (TLBI twice)", cpu, model->tlbi_erratum);
	}
	while ((row = errata_next(midr, &at))) {
		errata_present |= row->flags;
		log_print(row->flags & ERRATUM_UNMITIGATED ? LOG_WARN : LOG_INFO, "CPU %u: erratum %s", cpu, row->name);
	}
}
