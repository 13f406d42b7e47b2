// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stage2.c - the shape of second stage tables (Arm ARM D8.2), 4 KiB granule.
 *
 * The first level is 0, or 1 with up to 16 concatenated tables (DDI 0487 I.a, D8.2.7) when
 * the input size allows.
 */
#include "mem/stage2.h"

#define VTCR_RES1 BIT(31)
#define VTCR_WALK (BIT(8) | BIT(10) | 3ull << 12)

struct stage2_shape stage2_shape;
static uint64_t vtcr;

uint64_t stage2_setup(unsigned int pa_bits, bool fwb)
{
	static const uint8_t ps[] = { 32, 36, 40, 42, 44, 48 };
	uint64_t field = 0;

	stage2_shape.fwb = fwb;
	stage2_shape.ipa_bits = MIN(pa_bits, 48);
	for (unsigned int i = 0; i < ARRAY_SIZE(ps); i++)
		if (ps[i] <= stage2_shape.ipa_bits)
			field = i;
	stage2_shape.first_level = stage2_shape.ipa_bits <= 43 ? 1 : 0;
	stage2_shape.root_tables =
		stage2_shape.first_level && stage2_shape.ipa_bits > 39 ? 1u << (stage2_shape.ipa_bits - 39) : 1;
	/* SL0: 1 starts at level 1, 2 at level 0. */
	vtcr = VTCR_RES1 | VTCR_WALK | (64 - stage2_shape.ipa_bits) | (stage2_shape.first_level ? 1ull : 2ull) << 6 |
	       field << 16;
	return vtcr;
}

uint64_t stage2_vtcr(void)
{
	return vtcr;
}

unsigned int stage2_ipa_bits(void)
{
	return stage2_shape.ipa_bits;
}
