// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * extensions.c - EL2's controls of the architecture's extensions: registers that are UNKNOWN after reset and that
 * change what EL1 and EL0 do. Those of Armv8.0 are in setup.c and boot/mmu.S.
 *
 * An extension that guests do not see (features.c) is trapped here where HCR_EL2, MDCR_EL2 and CPTR_EL2 do not trap it.
 */
#include "cpu/extensions.h"
#include "cpu/sysreg.h"

/* A field of ID register S3_0_C0_C<crm>_<op2> on this CPU. */
#define HAS(crm, op2, low, least) (FIELD(read_sysreg(S3_0_C0_C##crm##_##op2), (low) + 3, low) >= (least))
#define HAS_FGT HAS(7, 0, 56, 1)
#define HAS_FGT2 HAS(7, 0, 56, 2)

#define VSESR_IDS BIT(24)
#define HCRX_TALLINT BIT(6)
#define MPAM2_TRAP_MPAM1_EL1 BIT(48)
#define MPAM2_TRAP_MPAM0_EL1 BIT(49)
#define MPAM2_TRAP_MPAMIDR BIT(58)
#define MPAMIDR_HAS_HCR BIT(17)
#define MPAMIDR_HAS_BW_CTRL BIT(56)
#define MPAMIDR_HAS_TIDR BIT(58)
#define MPAMHCR_TRAP_MPAMIDR BIT(31)

/*
 * Condition, register, value (DDI 0487 J.a, D19.2, each register's reset). 0 in the fine-grained traps traps nothing
 * that an older CPU has; it does trap later additions, the bits named n...: GCS, POR, PIR, TPIDR2, SMPRI, ACCDATA, RCW
 * masks. 0 in HCRX_EL2 keeps MOPS, FPMR, TCR2_EL1, SCTLR2_EL1, 128-bit tables and ST64B from EL1.
 */
/* A list, not statements. */
/* clang-format off */
#define EXTENSIONS(X) \
	X(HAS(4, 0, 28, 1), S3_4_C5_C2_3, VSESR_IDS)        /* RAS: VSESR_EL2, no syndrome: guests see no RAS */ \
	X(HAS(4, 0, 28, 1), S3_4_C12_C1_1, 0)               /* RAS: VDISR_EL2 */ \
	X(HAS_FGT, S3_4_C1_C1_4, 0)                         /* HFGRTR_EL2 */ \
	X(HAS_FGT, S3_4_C1_C1_5, 0)                         /* HFGWTR_EL2 */ \
	X(HAS_FGT, S3_4_C1_C1_6, 0)                         /* HFGITR_EL2 */ \
	X(HAS_FGT, S3_4_C3_C1_4, 0)                         /* HDFGRTR_EL2 */ \
	X(HAS_FGT, S3_4_C3_C1_5, 0)                         /* HDFGWTR_EL2 */ \
	X(HAS_FGT && HAS(4, 0, 44, 1), S3_4_C3_C1_6, 0)     /* AMU: HAFGRTR_EL2 */ \
	X(HAS_FGT2, S3_4_C3_C1_0, 0)                        /* HDFGRTR2_EL2 */ \
	X(HAS_FGT2, S3_4_C3_C1_1, 0)                        /* HDFGWTR2_EL2 */ \
	X(HAS_FGT2, S3_4_C3_C1_2, 0)                        /* HFGRTR2_EL2 */ \
	X(HAS_FGT2, S3_4_C3_C1_3, 0)                        /* HFGWTR2_EL2 */ \
	X(HAS_FGT2, S3_4_C3_C1_7, 0)                        /* HFGITR2_EL2 */ \
	X(HAS(7, 1, 40, 1), S3_4_C1_C2_2, HAS(4, 1, 36, 1) ? HCRX_TALLINT : 0) /* HCRX_EL2 */ \
	X(HAS(7, 1, 8, 1), S3_4_C14_C3_1, 0)                /* VHE: CNTHV_CTL_EL2, whose interrupt EL2 does not use */ \
	X(HAS(7, 1, 16, 1), S3_0_C10_C4_3, 0)               /* LOR: LORC_EL1, trapped from now on */ \
	X(HAS(7, 0, 60, 2), S3_4_C14_C0_6, 0)               /* ECV: CNTPOFF_EL2 */
/* clang-format on */

/*
 * Guests and EL2 use partition 0 of memory and caches, the default of all devices, and do not see MPAM (DDI 0598 D.b,
 * 5.2). Linux' boot protocol asks the firmware for access at EL2 (MPAM3_EL3.TRAPLOWER 0).
 */
static void reset_mpam(void)
{
	uint64_t mpamidr;

	if (!HAS(4, 0, 40, 1) && !HAS(4, 1, 16, 1))
		return;
	mpamidr = read_sysreg(S3_0_C10_C4_4);
	write_sysreg(MPAM2_TRAP_MPAM0_EL1 | MPAM2_TRAP_MPAM1_EL1 |
			     (mpamidr & MPAMIDR_HAS_TIDR ? MPAM2_TRAP_MPAMIDR : 0),
		     S3_4_C10_C5_0);
	if (mpamidr & MPAMIDR_HAS_HCR)
		write_sysreg(MPAMHCR_TRAP_MPAMIDR, S3_4_C10_C4_0);
	if (mpamidr & MPAMIDR_HAS_BW_CTRL)
		write_sysreg(0, S3_4_C10_C5_4); /* MPAMBW2_EL2: n... bits 0 trap */
	write_sysreg(0, S3_0_C10_C5_0);         /* MPAM1_EL1 */
	write_sysreg(0, S3_0_C10_C5_1);         /* MPAM0_EL1 */
}

void extensions_reset(void)
{
#define RESET(condition, name, value) \
	if (condition)                \
		write_sysreg(value, name);
	EXTENSIONS(RESET)
	reset_mpam();
}
