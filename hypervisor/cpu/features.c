// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * features.c - ID registers as guests see them (Arm DDI 0487 J.a, D19.2), by allow-list: a guest sees a field only up
 * to the value in most[], whose state EL2 switches or whose instructions have none. Each field is the least of all
 * CPUs, too.
 *
 * All other fields read as zero: SVE, SME, MTE, pointer authentication, PMU, SPE, trace, RAS, AMU, MPAM,
 * MOPS, GCS, FPMR, nested virtualization, 52-bit addresses, and what later architectures add.
 */
#include "cpu/features.h"
#include "cpu/sysreg.h"
#include "lib/string.h"

/* Lists, not statements. */
/* clang-format off */
#define ID_REGISTERS(X) \
	X(1, 0) X(1, 1) X(1, 2) X(1, 3) X(1, 4) X(1, 5) X(1, 6) X(1, 7) \
	X(2, 0) X(2, 1) X(2, 2) X(2, 3) X(2, 4) X(2, 5) X(2, 6) X(2, 7) \
	X(3, 0) X(3, 1) X(3, 2) X(3, 3) X(3, 4) X(3, 5) X(3, 6) X(3, 7) \
	X(4, 0) X(4, 1) X(4, 2) X(4, 3) X(4, 4) X(4, 5) X(4, 6) X(4, 7) \
	X(5, 0) X(5, 1) X(5, 2) X(5, 3) X(5, 4) X(5, 5) X(5, 6) X(5, 7) \
	X(6, 0) X(6, 1) X(6, 2) X(6, 3) X(6, 4) X(6, 5) X(6, 6) X(6, 7) \
	X(7, 0) X(7, 1) X(7, 2) X(7, 3) X(7, 4) X(7, 5) X(7, 6) X(7, 7)

#define F(low, value) ((uint64_t)(value) << (low))

/*
 * The greatest value of each field of ID register S3_0_C0_C<crm>_<op2>. In a field of @negative, 0xf (-1) means absent
 * and is the least value (DDI 0487 J.a, D19.1.3).
 */
static const struct id_row {
	uint8_t crm, op2;
	uint64_t most, negative;
} allowed[] = {
	/* Of AArch32, which guests have at EL0 only. Of each field the greatest value that Armv8 defines, except: */
	{ 1, 0, F(0, 1) | F(4, 3) | F(8, 1) | F(16, 1) | F(24, 1), 0 },  /* PFR0: no AMU, RAS */
	{ 1, 1, F(0, 1) | F(16, 1) | F(28, 1), 0 },                      /* PFR1: no Security, Virtualization */
	{ 1, 2, F(0, 6), 0 },                                            /* DFR0: no PMU, trace */
	{ 1, 4, 0x10201105, 0 },                                         /* MMFR0 */
	{ 1, 5, 0x40000000, 0 },                                         /* MMFR1 */
	{ 1, 6, 0x01260000, 0 },                                         /* MMFR2 */
	{ 1, 7, 0x02122211, F(28, 15) },                                 /* MMFR3 */
	{ 2, 0, 0x02101110, 0 },                                         /* ISAR0 */
	{ 2, 1, 0x13112111, 0 },                                         /* ISAR1 */
	{ 2, 2, 0x21232042, 0 },                                         /* ISAR2 */
	{ 2, 3, 0x01112131, 0 },                                         /* ISAR3 */
	{ 2, 4, 0x00010142, 0 },                                         /* ISAR4: no SMC */
	{ 2, 5, 0x11011121, 0 },                                         /* ISAR5 */
	{ 2, 6, 0x01111010, 0 },                                         /* MMFR4: no SpecSEI, XNX, EVT */
	{ 2, 7, 0x11111111, 0 },                                         /* ISAR6 */
	{ 3, 0, 0x10110222, 0 },                                         /* MVFR0 */
	{ 3, 1, 0x13211111, 0 },                                         /* MVFR1 */
	{ 3, 2, 0x00000043, 0 },                                         /* MVFR2 */
	{ 3, 4, 0x00000011, 0 },                                         /* PFR2: no RAS */
	{ 3, 6, 0x00000012, 0 },                                         /* MMFR5 */
	/* PFR0: EL0, EL1, FP, AdvSIMD, GIC, DIT, CSV2, CSV3. CSV2 2 has SCXTNUM_ELx, which EL2 traps. */
	{ 4, 0, F(0, 2) | F(4, 1) | F(16, 1) | F(20, 1) | F(24, 1) | F(48, 1) | F(56, 1) | F(60, 1),
	  F(16, 15) | F(20, 15) },
	{ 4, 1, F(0, 1) | F(4, 2) | F(32, 1), 0 },                       /* PFR1: BT, SSBS, CSV2_frac */
	/* DFR0: DebugVer, the fewest breakpoints and watchpoints that there can be (two, that do not hit), no OS double lock. */
	{ 5, 0, F(0, 6) | F(12, 1) | F(20, 1) | F(36, 15), F(36, 15) },
	/* ISAR0: AES, SHA1, SHA2, CRC32, Atomic, RDM, SHA3, SM3, SM4, DP, FHM, TS, TLB, RNDR */
	{ 6, 0, F(4, 2) | F(8, 1) | F(12, 2) | F(16, 1) | F(20, 2) | F(28, 1) | F(32, 1) | F(36, 1) | F(40, 1) |
	  F(44, 1) | F(48, 1) | F(52, 2) | F(56, 2) | F(60, 1), 0 },
	/* ISAR1: DPB, JSCVT, FCMA, LRCPC, FRINTTS, SB, SPECRES, BF16, DGH, I8MM */
	{ 6, 1, F(0, 2) | F(12, 1) | F(16, 1) | F(20, 2) | F(32, 1) | F(36, 1) | F(40, 1) | F(44, 2) | F(48, 1) |
	  F(52, 1), 0 },
	{ 6, 2, F(4, 1) | F(20, 1) | F(28, 1) | F(52, 1), 0 },           /* ISAR2: RPRES, BC, CLRBHB, CSSC */
	/* MMFR0: PARange 48 bits, as stage 2; ASIDBits, BigEnd, BigEndEL0, TGran16, TGran64, TGran4, ExS */
	{ 7, 0, F(0, 5) | F(4, 2) | F(8, 1) | F(16, 1) | F(20, 1) | F(44, 1), F(24, 15) | F(28, 15) },
	/* MMFR1: HAFDBS, HPDS, PAN, SpecSEI, ETS, AFP, nTLBPA, ECBHB */
	{ 7, 1, F(0, 2) | F(12, 1) | F(20, 3) | F(24, 1) | F(36, 2) | F(44, 1) | F(48, 1) | F(60, 1), 0 },
	/* MMFR2: CnP, UAO, LSM, VARange, CCIDX, ST, AT, IDS, TTL, BBM, E0PD */
	{ 7, 2, F(0, 1) | F(4, 1) | F(8, 1) | F(16, 1) | F(20, 1) | F(28, 1) | F(32, 1) | F(36, 1) | F(48, 1) |
	  F(52, 2) | F(60, 1), 0 },
};
/* clang-format on */

#define PFR0_EL0_AARCH64 1u
#define PFR0_GIC MASK(27, 24)
#define PFR1_AARCH32_GIC MASK(31, 28)

static uint64_t id_register[7][8];
static bool seen; /* a CPU, so that the values are the least of some */
static bool fwb;

/* Field by field; ~x of a negative field turns its order about 0. */
static uint64_t least(uint64_t a, uint64_t b, uint64_t negative)
{
	uint64_t result = 0;

	for (unsigned int low = 0; low < 64; low += 4) {
		/* Adding 8 orders -8..7 as 0..15. */
		uint64_t shift = FIELD(negative, low + 3, low) ? 8 : 0;
		uint64_t x = (FIELD(a, low + 3, low) + shift) & 15, y = (FIELD(b, low + 3, low) + shift) & 15;

		result |= ((MIN(x, y) + shift) & 15) << low;
	}
	return result;
}

void features_add_cpu(void)
{
	uint64_t raw[7][8];

#define READ(crm, op2) raw[(crm)-1][op2] = read_sysreg(S3_0_C0_C##crm##_##op2);
	ID_REGISTERS(READ)
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
		const struct id_row *row = &allowed[i];
		uint64_t *shown = &id_register[row->crm - 1][row->op2];

		*shown = least(raw[row->crm - 1][row->op2], seen ? *shown : row->most, row->negative);
	}
	fwb = (fwb || !seen) && FIELD(raw[7 - 1][2], 43, 40);
	seen = true;
	/* Without AArch32 these are UNKNOWN. */
	if (FIELD(features_id_register(4, 0), 3, 0) <= PFR0_EL0_AARCH64)
		memset(id_register, 0, 3 * sizeof(id_register[0]));
}

void features_hide_gic(void)
{
	id_register[4 - 1][0] &= ~PFR0_GIC;
	id_register[1 - 1][1] &= ~PFR1_AARCH32_GIC;
}

uint64_t features_id_register(unsigned int crm, unsigned int op2)
{
	return id_register[crm - 1][op2];
}

bool features_have_fwb(void)
{
	return fwb;
}

unsigned int features_pa_bits(void)
{
	static const uint8_t bits[] = { 32, 36, 40, 42, 44, 48 };

	return bits[FIELD(features_id_register(7, 0), 3, 0)];
}
