// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domain_clean.c - a domain's memory out of the caches, by address: set/way operations of a guest would act on one
 * CPU's caches only, and on lines of other domains (DDI 0487 L.a, D7.5.9.12).
 */
#include "guest/domain_clean.h"
#include "mem/stage2_lookup.h"
#include "mem/window.h"

#define STEP_BYTES (2 * BLOCK_SIZE) /* about 0.3 million instructions with interrupts masked */
#define STEP_LOOKUPS 512u

bool domain_clean_step(struct domain *domain, uint64_t *ipa)
{
	size_t cleaned = 0, run;
	unsigned int prot;
	pa_t pa;

	for (unsigned int i = 0; i < STEP_LOOKUPS && cleaned < STEP_BYTES; i++) {
		if (*ipa >> stage2_ipa_bits()) {
			*ipa = 0;
			return true;
		}
		if (stage2_lookup(&domain->stage2, IPA(*ipa), &pa, &run, &prot)) {
			*ipa = stage2_next(&domain->stage2, IPA(*ipa)).v;
			continue;
		}
		if (!(prot & STAGE2_DEVICE)) {
			run = MIN(run, STEP_BYTES - cleaned);
			phys_clean(pa, run);
			cleaned += run;
		}
		*ipa += run;
	}
	return false;
}
