/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage2_lookup.h - the mappings of a second stage. Lock: stage2, taken inside.
 */
#ifndef MEM_STAGE2_LOOKUP_H
#define MEM_STAGE2_LOOKUP_H

#include "mem/stage2.h"

/* VIMO_NOT_FOUND when unmapped. *bytes: from ipa to the end of the physically contiguous run with the same
 * prot (bounded scan of 512 entries). pa, bytes, prot may be NULL. */
enum vimo_status stage2_lookup(struct stage2 *s2, ipa_t ipa, pa_t *pa, size_t *bytes, unsigned int *prot);
/* First address above ipa that is not covered by the entry where the walk of ipa ends: skips whole empty tables. */
ipa_t stage2_next(struct stage2 *s2, ipa_t ipa);

#endif
