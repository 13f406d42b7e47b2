/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage2.h - a domain's second stage of translation (Arm ARM DDI 0487, D8.2).
 *
 * 4 KiB granule, one VTCR_EL2 for the whole machine. Prepare (may fail, takes
 * table pages) then commit (cannot). Lock: stage2, taken inside.
 */
#ifndef MEM_STAGE2_H
#define MEM_STAGE2_H

#include "lib/lock.h"
#include "lib/types.h"

#define STAGE2_R 1u
#define STAGE2_W 2u
#define STAGE2_X 4u
#define STAGE2_RWX 7u
#define STAGE2_DEVICE 8u /* Device-nGnRE, else Normal write-back inner shareable */

struct stage2 {
	spinlock_t lock;
	uint64_t *root; /* heap; several pages when the first level is concatenated */
	uint64_t vttbr; /* root | VMID << 48 */
	uint32_t table_pages;
	uint32_t leaves[3]; /* entries of 1 GiB, 2 MiB, 4 KiB, for info and tests */
};

/* Once at boot: choose the input size and first level from the PA size (bits). Returns VTCR_EL2. */
uint64_t stage2_setup(unsigned int pa_bits);
unsigned int stage2_ipa_bits(void);
uint64_t stage2_vtcr(void); /* what stage2_setup() chose */
enum vimo_status stage2_init(struct stage2 *s2, uint16_t vmid);
void stage2_destroy(struct stage2 *s2); /* frees tables, flushes the VMID; not the memory mapped */
/*
 * All or nothing; uses the largest entries alignment allows. VIMO_INVALID (alignment, range), VIMO_EXISTS,
 * VIMO_NO_MEMORY. Break-before-make where an entry is replaced (D8.16).
 */
enum vimo_status stage2_map(struct stage2 *s2, ipa_t ipa, pa_t pa, size_t bytes, unsigned int prot);
enum vimo_status stage2_unmap(struct stage2 *s2, ipa_t ipa, size_t bytes); /* holes are fine; splits blocks */
/* VIMO_NOT_FOUND when unmapped. *bytes: from ipa to the end of the physically contiguous run with the same
 * prot (bounded scan of 512 entries). pa, bytes, prot may be NULL. */
enum vimo_status stage2_lookup(struct stage2 *s2, ipa_t ipa, pa_t *pa, size_t *bytes, unsigned int *prot);
/* First address above ipa that the walk ending at ipa says nothing about: skips whole empty tables. */
ipa_t stage2_next(struct stage2 *s2, ipa_t ipa);

#endif
