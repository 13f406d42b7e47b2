/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stage2_table.h - descriptors and the walk; stage2*.c's own.
 */
#ifndef MEM_STAGE2_TABLE_H
#define MEM_STAGE2_TABLE_H

#include "mem/stage2.h"

#define S2_ENTRIES 512u
#define S2_VALID BIT(0)
#define S2_TABLE BIT(1) /* at level 3: page */
/* MemAttr (D8.3.2), and with HCR_EL2.FWB (DDI 0487 I.a, D8.5.5); bit 4 is clear in those of Device memory only. */
#define S2_NORMAL (0xfull << 2)
#define S2_FWB_STAGE1 (0x7ull << 2)     /* stage 1's type and cacheability */
#define S2_FWB_WRITE_BACK (0x6ull << 2) /* whatever stage 1 says */
#define S2_DEVICE_NGNRE (0x1ull << 2)
#define S2_NOT_DEVICE BIT(4)
#define S2_READ BIT(6)
#define S2_WRITE BIT(7)
#define S2_SH_INNER (3ull << 8)
#define S2_AF BIT(10)
#define S2_XN BIT(54)
#define S2_ADDRESS MASK(47, 12)
#define S2_PROT (MASK(9, 2) | S2_XN)

static inline unsigned int s2_shift(unsigned int level)
{
	return 39 - 9 * level;
}

/* Above level 3 only. */
static inline uint64_t *s2_table_of(uint64_t entry)
{
	if ((entry & (S2_VALID | S2_TABLE)) != (S2_VALID | S2_TABLE))
		return NULL;
	return (uint64_t *)(uintptr_t)(entry & S2_ADDRESS);
}

/* dom0 has devices that need not be coherent: it decides itself what is cached. */
static inline uint64_t s2_normal(const struct stage2 *s2)
{
	if (!stage2_shape.fwb)
		return S2_NORMAL;
	return s2->vttbr >> 48 == VIMO_DOM0 ? S2_FWB_STAGE1 : S2_FWB_WRITE_BACK;
}

static inline uint64_t s2_attributes(const struct stage2 *s2, unsigned int prot)
{
	uint64_t bits = S2_AF | (prot & STAGE2_DEVICE ? S2_DEVICE_NGNRE : s2_normal(s2) | S2_SH_INNER);

	bits |= prot & STAGE2_R ? S2_READ : 0;
	bits |= prot & STAGE2_W ? S2_WRITE : 0;
	return bits | (prot & STAGE2_X ? 0 : S2_XN);
}

static inline unsigned int s2_prot_of(uint64_t attributes)
{
	return (attributes & S2_READ ? STAGE2_R : 0) | (attributes & S2_WRITE ? STAGE2_W : 0) |
	       (attributes & S2_XN ? 0 : STAGE2_X) | (attributes & S2_NOT_DEVICE ? 0 : STAGE2_DEVICE);
}

/* Largest level-1..3 entry that ipa, pa and bytes allow. */
static inline unsigned int s2_leaf_level(uint64_t ipa, uint64_t pa, uint64_t bytes)
{
	if (IS_ALIGNED(ipa | pa, GIGA_SIZE) && bytes >= GIGA_SIZE)
		return 1;
	return IS_ALIGNED(ipa | pa, BLOCK_SIZE) && bytes >= BLOCK_SIZE ? 2 : 3;
}

uint64_t *s2_walk(struct stage2 *s2, uint64_t ipa, unsigned int *level);
bool s2_range_ok(uint64_t ipa, uint64_t bytes);

#endif
