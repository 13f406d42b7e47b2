// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * features.c - ID registers as guests see them (Arm ARM D17.2).
 *
 * A field is hidden when EL2 does not switch the state behind it: SVE, SME,
 * MTE, pointer authentication, PMU, SPE, trace, RAS, AMU, MPAM, nesting.
 */
#include "cpu/features.h"
#include "cpu/sysreg.h"

/* A list, not statements. */
/* clang-format off */
#define ID_REGISTERS(X) \
	X(1, 0) X(1, 1) X(1, 2) X(1, 3) X(1, 4) X(1, 5) X(1, 6) X(1, 7) \
	X(2, 0) X(2, 1) X(2, 2) X(2, 3) X(2, 4) X(2, 5) X(2, 6) X(2, 7) \
	X(3, 0) X(3, 1) X(3, 2) X(3, 3) X(3, 4) X(3, 5) X(3, 6) X(3, 7) \
	X(4, 0) X(4, 1) X(4, 2) X(4, 3) X(4, 4) X(4, 5) X(4, 6) X(4, 7) \
	X(5, 0) X(5, 1) X(5, 2) X(5, 3) X(5, 4) X(5, 5) X(5, 6) X(5, 7) \
	X(6, 0) X(6, 1) X(6, 2) X(6, 3) X(6, 4) X(6, 5) X(6, 6) X(6, 7) \
	X(7, 0) X(7, 1) X(7, 2) X(7, 3) X(7, 4) X(7, 5) X(7, 6) X(7, 7)
/* clang-format on */

static uint64_t id_register[7][8];

struct id_mask {
	uint8_t crm, op2;
	uint64_t hidden;
};

#define F(low) (0xfull << (low))
static const struct id_mask id_masks[] = {
	/* PFR0: EL3, EL2, RAS, SVE, SEL2, MPAM, AMU, RME */
	{ 4, 0, F(12) | F(8) | F(28) | F(32) | F(36) | F(40) | F(44) | F(52) },
	/* PFR1: MTE, RAS_frac, MPAM_frac, SME, RNDR_trap, NMI */
	{ 4, 1, F(8) | F(12) | F(16) | F(24) | F(28) | F(36) },
	{ 4, 4, ~0ull }, /* ZFR0 */
	{ 4, 5, ~0ull }, /* SMFR0 */
	/* DFR0: trace, PMU, SPE, trace filter and buffer, MTPMU, BRBE */
	{ 5, 0, F(4) | F(8) | F(32) | F(40) | F(44) | F(48) | F(52) },
	{ 5, 1, ~0ull },
	{ 6, 0, F(24) },                                       /* ISAR0: TME */
	{ 6, 1, F(4) | F(8) | F(24) | F(28) | F(56) | F(60) }, /* ISAR1: PAuth, XS, LS64 */
	{ 6, 2, F(0) | F(8) | F(12) },                         /* ISAR2: WFxT, PAuth QARMA3 */
	{ 7, 0, F(56) | F(60) },                               /* MMFR0: FGT, ECV */
	{ 7, 1, F(8) | F(16) | F(32) | F(40) },                /* MMFR1: VHE, LOR, TWED, HCX */
	{ 7, 2, F(24) | F(56) },                               /* MMFR2: NV, EVT */
};

void features_init(void)
{
#define READ(crm, op2) id_register[(crm)-1][op2] = read_sysreg(S3_0_C0_C##crm##_##op2);
	ID_REGISTERS(READ)
	for (size_t i = 0; i < ARRAY_SIZE(id_masks); i++)
		id_register[id_masks[i].crm - 1][id_masks[i].op2] &= ~id_masks[i].hidden;
}

uint64_t features_id_register(unsigned int crm, unsigned int op2)
{
	return id_register[crm - 1][op2];
}

unsigned int features_pa_bits(void)
{
	static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48, 52 };
	uint64_t range = FIELD(read_sysreg(id_aa64mmfr0_el1), 3, 0);

	/* 52-bit output needs the 64 KiB granule or LPA2; EL2 uses neither. */
	return range < ARRAY_SIZE(bits) ? MIN(bits[range], 48) : 48;
}
