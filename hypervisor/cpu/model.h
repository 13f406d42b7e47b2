/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.h - CPU models by MIDR_EL1, and what is true of all revisions of one.
 */
#ifndef CPU_MODEL_H
#define CPU_MODEL_H

#include "lib/types.h"

#define MIDR_MODEL(midr) ((uint32_t)(midr)&0xff00fff0u) /* implementer and part number */
#define MIDR_ARM(part) (0x41000000u | (part) << 4)

#define CORTEX_A53 MIDR_ARM(0xd03u)
#define CORTEX_A55 MIDR_ARM(0xd05u)
#define CORTEX_A57 MIDR_ARM(0xd07u)
#define CORTEX_A72 MIDR_ARM(0xd08u)
#define CORTEX_A76 MIDR_ARM(0xd0bu)
#define CORTEX_A77 MIDR_ARM(0xd0du)
#define CORTEX_A510 MIDR_ARM(0xd46u)

#define NO_HISTORY 0xff

struct cpu_model {
	uint32_t model; /* MIDR_MODEL() */
	const char *name;
	uint8_t loops;         /* branches that overwrite its branch history; 0: unknown; NO_HISTORY: without reach */
	uint32_t tlbi_erratum; /* number of the erratum of broadcast TLBI that all revisions have; 0: none known */
};

/* NULL: not known. */
const struct cpu_model *cpu_model(uint64_t midr);

#endif
