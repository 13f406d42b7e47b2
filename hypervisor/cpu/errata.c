// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * errata.c - the table of errata that matter at EL2 without VHE.
 *
 * Left out are errata of state that guests do not have (trace, SPE, PMU, pointer authentication, MTE), those that a
 * guest's kernel works around for itself by MIDR_EL1, and those that the firmware's CPU setup removes. Of Cortex-A78,
 * Neoverse N1, N2, V1 and X-Gene 1 none is left: their branch predictors are cpu/speculation.c's.
 */
#include "cpu/errata.h"
#include "lib/log.h"

#define CORTEX_A53 MIDR_ARM(0xd03u)
#define CORTEX_A55 MIDR_ARM(0xd05u)
#define CORTEX_A57 MIDR_ARM(0xd07u)
#define CORTEX_A72 MIDR_ARM(0xd08u)
#define CORTEX_A73 MIDR_ARM(0xd09u)
#define CORTEX_A76 MIDR_ARM(0xd0bu)
#define CORTEX_A77 MIDR_ARM(0xd0du)
#define CORTEX_A510 MIDR_ARM(0xd46u)
#define ALL 0x00, 0xff

uint64_t errata_present;

static const struct erratum table[] = {
	{ CORTEX_A53, 0x00, 0x04, ERRATUM_BUILD, "843419, 835769 (built without the sequences)" },
	{ CORTEX_A53, 0x00, 0x04, ERRATUM_CLEAN_IS_CIVAC, "819472, 824069, 826319, 827319 (clean and invalidate)" },
	{ CORTEX_A55, 0x00, 0x20, ERRATUM_SPECULATIVE_AT, "1530923 (no walks during a switch)" },
	{ CORTEX_A55, ALL, ERRATUM_TLBI_TWICE, "2441007 (TLBI twice)" },
	{ CORTEX_A57, 0x00, 0x12, ERRATUM_STAGE1_FIRST, "834220 (stage 1 checked at stage 2 faults)" },
	{ CORTEX_A57, 0x00, 0x12, ERRATUM_UNMITIGATED, "832075 (no workaround: a guest may stop the CPU)" },
	{ CORTEX_A57, ALL, ERRATUM_SPECULATIVE_AT, "1319537 (no walks during a switch)" },
	{ CORTEX_A72, ALL, ERRATUM_SPECULATIVE_AT, "1319367 (no walks during a switch)" },
	{ CORTEX_A76, 0x00, 0x20, ERRATUM_SPECULATIVE_AT, "1165522 (no walks during a switch)" },
	{ CORTEX_A76, 0x00, 0x30, ERRATUM_TLBI_TWICE, "1286807 (TLBI twice)" },
	{ CORTEX_A77, 0x00, 0x10, ERRATUM_PAR_DEADLOCK, "1508412 (barriers around PAR_EL1)" },
	{ CORTEX_A510, 0x00, 0x11, ERRATUM_TLBI_TWICE, "2441009 (TLBI twice)" },
};

static const struct {
	uint32_t model;
	const char *name;
} names[] = {
	{ CORTEX_A53, "Cortex-A53" },        { CORTEX_A55, "Cortex-A55" },        { CORTEX_A57, "Cortex-A57" },
	{ CORTEX_A72, "Cortex-A72" },        { CORTEX_A73, "Cortex-A73" },        { CORTEX_A76, "Cortex-A76" },
	{ CORTEX_A77, "Cortex-A77" },        { CORTEX_A510, "Cortex-A510" },      { MIDR_ARM(0xd41u), "Cortex-A78" },
	{ MIDR_ARM(0xd0cu), "Neoverse N1" }, { MIDR_ARM(0xd49u), "Neoverse N2" }, { MIDR_ARM(0xd40u), "Neoverse V1" },
	{ 0x50000000u, "X-Gene" },
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

const char *errata_model_name(uint64_t midr)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].model == MIDR_MODEL(midr))
			return names[i].name;
	return NULL;
}

void errata_init_cpu(unsigned int cpu, uint64_t midr)
{
	static uint64_t last;
	const char *name = errata_model_name(midr);
	const struct erratum *row;
	unsigned int at = 0;

	if (midr == last)
		return;
	last = midr;
	log_print(LOG_INFO, "CPU %u: %s r%lup%lu, MIDR %lx", cpu, name ? name : "unknown model",
		  (unsigned long)FIELD(midr, 23, 20), (unsigned long)FIELD(midr, 3, 0), (unsigned long)midr);
	while ((row = errata_next(midr, &at))) {
		errata_present |= row->flags;
		log_print(row->flags & ERRATUM_UNMITIGATED ? LOG_WARN : LOG_INFO, "CPU %u: erratum %s", cpu, row->name);
	}
}
