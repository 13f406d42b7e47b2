// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * model.c - the table of CPU models.
 *
 * Part numbers are those of each CPU's TRM, MIDR_EL1. Loops: Arm's whitepaper on CVE-2022-23960, as TF-A
 * (include/lib/cpus/aarch64) and Linux have them. Models without reach of their history do not speculate so far: they
 * need nothing where CSV2 is 0, either. Errata of TLBI: CVE-2025-10263 (Software Developer Errata Notices, as Linux
 * lists them in silicon-errata.rst), of Cortex-A55 2441007.
 */
#include "cpu/model.h"

static const struct cpu_model models[] = {
	{ MIDR_ARM(0xd04u), "Cortex-A35", NO_HISTORY, 0 },
	{ CORTEX_A53, "Cortex-A53", NO_HISTORY, 0 },
	{ CORTEX_A55, "Cortex-A55", NO_HISTORY, 2441007 },
	{ CORTEX_A57, "Cortex-A57", 8, 0 },
	{ CORTEX_A72, "Cortex-A72", 8, 0 },
	{ MIDR_ARM(0xd09u), "Cortex-A73", 0, 0 },
	{ MIDR_ARM(0xd0au), "Cortex-A75", 0, 0 },
	{ CORTEX_A76, "Cortex-A76", 24, 4193800 },
	{ MIDR_ARM(0xd0eu), "Cortex-A76AE", 24, 4193801 },
	{ CORTEX_A77, "Cortex-A77", 24, 4193798 },
	{ MIDR_ARM(0xd41u), "Cortex-A78", 32, 4193791 },
	{ MIDR_ARM(0xd42u), "Cortex-A78AE", 32, 4193793 },
	{ MIDR_ARM(0xd4bu), "Cortex-A78C", 32, 4193794 },
	{ CORTEX_A510, "Cortex-A510", NO_HISTORY, 0 },
	{ MIDR_ARM(0xd80u), "Cortex-A520", NO_HISTORY, 0 },
	{ MIDR_ARM(0xd47u), "Cortex-A710", 32, 4193788 },
	{ MIDR_ARM(0xd4du), "Cortex-A715", 38, 0 },
	{ MIDR_ARM(0xd81u), "Cortex-A720", 38, 0 },
	{ MIDR_ARM(0xd44u), "Cortex-X1", 32, 4193791 },
	{ MIDR_ARM(0xd4cu), "Cortex-X1C", 32, 4193792 },
	{ MIDR_ARM(0xd48u), "Cortex-X2", 32, 4193788 },
	{ MIDR_ARM(0xd4eu), "Cortex-X3", 132, 4193786 },
	{ MIDR_ARM(0xd82u), "Cortex-X4", 0, 4118414 },
	{ MIDR_ARM(0xd85u), "Cortex-X925", 0, 4193781 },
	{ MIDR_ARM(0xd8cu), "C1-Ultra", 0, 4193780 },
	{ MIDR_ARM(0xd90u), "C1-Premium", 0, 4193780 },
	{ MIDR_ARM(0xd0cu), "Neoverse N1", 24, 4193800 },
	{ MIDR_ARM(0xd49u), "Neoverse N2", 32, 4193789 },
	{ MIDR_ARM(0xd40u), "Neoverse V1", 32, 4193790 },
	{ MIDR_ARM(0xd4fu), "Neoverse V2", 132, 4193787 },
	{ MIDR_ARM(0xd84u), "Neoverse V3", 0, 4193784 },
	{ MIDR_ARM(0xd83u), "Neoverse V3AE", 0, 4193784 },
	{ 0x6d00d490u, "Azure Cobalt 100", 32, 4193789 },
	{ 0x4e000100u, "NVIDIA Olympus", 0, 1029 },
	{ 0xc000ac30u, "AmpereOne", 11, 0 },
	{ 0x50000000u, "X-Gene", 0, 0 },
};

const struct cpu_model *cpu_model(uint64_t midr)
{
	for (size_t i = 0; i < ARRAY_SIZE(models); i++)
		if (models[i].model == MIDR_MODEL(midr))
			return &models[i];
	return NULL;
}
