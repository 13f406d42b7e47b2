/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage2.h - a domain's second stage of translation (Arm ARM DDI 0487, D8.2).
 *
 * 4 KiB granule, one VTCR_EL2 for the whole machine.
 */
#ifndef MEM_STAGE2_H
#define MEM_STAGE2_H

#include "lib/lock.h"
#include "lib/types.h"

#define STAGE2_R 1u
#define STAGE2_W 2u
#define STAGE2_X 4u
#define STAGE2_RWX 7u
#define STAGE2_DEVICE \
	8u /* Device-nGnRE, else Normal write-back inner shareable: for dom0 the most that its stage 1 gets */

struct stage2 {
	spinlock_t lock;
	uint64_t *root; /* heap; several pages when the first level is concatenated */
	uint64_t vttbr; /* root | VMID << 48 */
	uint32_t table_pages;
	uint32_t leaves[3]; /* entries of 1 GiB, 2 MiB, 4 KiB, for info and tests */
};

/* The same for every domain: owner stage2.c, written once, at boot. */
struct stage2_shape {
	unsigned int ipa_bits, first_level, root_tables;
	bool fwb; /* forced write-back: FEAT_S2FWB */
};
extern struct stage2_shape stage2_shape;

/* Once at boot: choose the input size and first level from the PA size (bits). Returns VTCR_EL2. */
uint64_t stage2_setup(unsigned int pa_bits, bool fwb);
unsigned int stage2_ipa_bits(void);
uint64_t stage2_vtcr(void); /* what stage2_setup() chose */

#endif
