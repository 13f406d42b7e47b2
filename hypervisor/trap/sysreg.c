// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysreg.c - trapped system registers (DDI 0487 J.a, D19), as a table. A register
 * that is not in it does not exist for guests: Undefined Instruction.
 *
 * Debug breakpoint and watchpoint registers read as zero and ignore writes:
 * self-hosted debug of guests is not virtualized. MDSCR_EL1 is real, so that
 * single-stepping works.
 */
#include "trap/sysreg.h"
#include "cpu/features.h"
#include "guest/vgic.h"
#include "guest/vtimer.h"
#include "trap/cache_ops.h"

#define ID_ALL 0x3ffc1eu
#define CRM(id) FIELD(id, 4, 1)
#define OP2(id) FIELD(id, 19, 17)

/* A row's encoding and mask come from one place, so that a row always matches its own encoding. */
#define ONE(op0, op1, crn, crm, op2) SYSREG_ID(op0, op1, crn, crm, op2), ID_ALL
#define ANY_OP2(op0, op1, crn, crm) SYSREG_ID(op0, op1, crn, crm, 0), ID_ALL & ~SYSREG_ID(0, 0, 0, 0, 7)
#define ANY_CRM(op0, op1, crn, op2) SYSREG_ID(op0, op1, crn, 0, op2), ID_ALL & ~SYSREG_ID(0, 0, 0, 15, 0)
#define ANY_CRM_OP2(op0, op1, crn) SYSREG_ID(op0, op1, crn, 0, 0), ID_ALL & ~SYSREG_ID(0, 0, 0, 15, 7)

static uint64_t read_zero(UNUSED struct vcpu *vcpu, UNUSED uint32_t id)
{
	return 0;
}

static enum trap_result write_ignored(UNUSED struct vcpu *vcpu, UNUSED uint32_t id, UNUSED uint64_t value)
{
	return TRAP_NEXT;
}

/*
 * REVIDR_EL1 is the CPU's: it names fixed errata of the CPU that MIDR_EL1 names (DDI 0487 J.a, D19.2, REVIDR_EL1). All
 * else with CRm 0 that is trapped does not exist.
 */
static uint64_t read_id(UNUSED struct vcpu *vcpu, uint32_t id)
{
	if (likely(CRM(id) >= 1 && CRM(id) <= 7))
		return features_id_register(CRM(id), OP2(id));
	return id == SYSREG_ID(3, 0, 0, 0, 6) ? read_sysreg(revidr_el1) : 0;
}

/* On a GICv2 machine a guest has no system registers of the GIC, even where the CPU has. */
static enum trap_result write_sgi(struct vcpu *vcpu, UNUSED uint32_t id, uint64_t value)
{
	if (unlikely(gic_info.version < 3))
		return TRAP_UNDEFINED;
	vgic_sgi1r(vcpu, value);
	return TRAP_NEXT;
}

/* ICC_DIR_EL1 is trapped while an interrupt is active in no list register. */
static enum trap_result write_rare(struct vcpu *vcpu, uint32_t id, uint64_t value)
{
	if (gic_info.version < 3)
		return TRAP_UNDEFINED;
	if (id == SYSREG_ID(3, 0, 12, 11, 1))
		vgic_dir(vcpu, (uint32_t)value);
	else
		vgic_sgi0r(vcpu, value);
	return TRAP_NEXT;
}

/*
 * SRE, DFB and DIB are RAO/WI in a GIC without memory-mapped CPU interface, which is all that a guest of GICv3 sees.
 * With GICv2 a higher level has set SRE to 0, so that it is RAZ/WI (Arm IHI 0069 H, 12.2.24).
 */
#define SRE_RAO 7u
static uint64_t read_sre(UNUSED struct vcpu *vcpu, UNUSED uint32_t id)
{
	return gic_info.version < 3 ? 0 : SRE_RAO;
}

static uint64_t read_ptimer(struct vcpu *vcpu, uint32_t id)
{
	return vtimer_read(vcpu, OP2(id));
}

static enum trap_result write_ptimer(struct vcpu *vcpu, uint32_t id, uint64_t value)
{
	vtimer_write(vcpu, OP2(id), value);
	return TRAP_NEXT;
}

static uint64_t read_mdscr(UNUSED struct vcpu *vcpu, UNUSED uint32_t id)
{
	return read_sysreg(mdscr_el1);
}

#define MDSCR_GUEST (BIT(0) | BIT(12) | BIT(13) | BIT(15)) /* SS, TDCC, KDE, MDE */
static enum trap_result write_mdscr(UNUSED struct vcpu *vcpu, UNUSED uint32_t id, uint64_t value)
{
	write_sysreg(value & MDSCR_GUEST, mdscr_el1);
	return TRAP_NEXT;
}

static uint64_t read_oslsr(UNUSED struct vcpu *vcpu, UNUSED uint32_t id)
{
	return BIT(3); /* OS lock implemented, not locked */
}

/* Most frequent first. No row hides a later one (tests/unit/el2/test_sysreg.c). */
const struct register_row sysreg_rows[] = {
	{ ONE(3, 0, 12, 11, 5), NULL, write_sgi },           /* ICC_SGI1R_EL1 */
	{ ANY_CRM_OP2(3, 0, 0), read_id, NULL },             /* ID registers */
	{ ANY_OP2(3, 3, 14, 2), read_ptimer, write_ptimer }, /* CNTP_* */
	{ ONE(3, 0, 12, 11, 6), NULL, write_rare },          /* ICC_ASGI1R_EL1 */
	{ ONE(3, 0, 12, 11, 7), NULL, write_rare },          /* ICC_SGI0R_EL1 */
	{ ONE(3, 0, 12, 11, 1), NULL, write_rare },          /* ICC_DIR_EL1 */
	{ ONE(3, 0, 12, 12, 5), read_sre, write_ignored },   /* ICC_SRE_EL1 */
	{ ONE(3, 1, 0, 0, 7), read_zero, NULL },             /* AIDR_EL1: the CPU's, not a guest's */
	{ ONE(3, 0, 1, 0, 1), read_zero, write_ignored },    /* ACTLR_EL1: the CPU's, not a guest's */
	{ ONE(2, 0, 0, 2, 2), read_mdscr, write_mdscr },     /* MDSCR_EL1 */
	{ ANY_CRM(2, 0, 0, 4), read_zero, write_ignored },   /* DBGBVR<n>_EL1 */
	{ ANY_CRM(2, 0, 0, 5), read_zero, write_ignored },   /* DBGBCR<n>_EL1 */
	{ ANY_CRM(2, 0, 0, 6), read_zero, write_ignored },   /* DBGWVR<n>_EL1 */
	{ ANY_CRM(2, 0, 0, 7), read_zero, write_ignored },   /* DBGWCR<n>_EL1 */
	{ ONE(2, 0, 0, 2, 0), read_zero, write_ignored },    /* MDCCINT_EL1 */
	{ ONE(2, 0, 0, 0, 2), read_zero, write_ignored },    /* OSDTRRX_EL1 */
	{ ONE(2, 0, 0, 3, 2), read_zero, write_ignored },    /* OSDTRTX_EL1 */
	{ ONE(2, 0, 0, 6, 2), read_zero, write_ignored },    /* OSECCR_EL1 */
	{ ONE(2, 0, 1, 0, 0), read_zero, NULL },             /* MDRAR_EL1 */
	{ ONE(2, 0, 1, 0, 4), NULL, write_ignored },         /* OSLAR_EL1 */
	{ ONE(2, 0, 1, 1, 4), read_oslsr, NULL },            /* OSLSR_EL1 */
	{ ONE(2, 0, 1, 3, 4), read_zero, write_ignored },    /* OSDLR_EL1 */
	{ ONE(2, 0, 1, 4, 4), read_zero, write_ignored },    /* DBGPRCR_EL1 */
	{ ONE(2, 0, 7, 8, 6), read_zero, write_ignored },    /* DBGCLAIMSET_EL1 */
	{ ONE(2, 0, 7, 9, 6), read_zero, write_ignored },    /* DBGCLAIMCLR_EL1 */
	{ ONE(2, 0, 7, 14, 6), read_zero, NULL },            /* DBGAUTHSTATUS_EL1 */
	{ ONE(2, 3, 0, 1, 0), read_zero, NULL },             /* MDCCSR_EL0 */
	{ ONE(2, 3, 0, 4, 0), read_zero, write_ignored },    /* DBGDTR_EL0 */
	{ ONE(2, 3, 0, 5, 0), read_zero, write_ignored },    /* DBGDTRRX/TX_EL0 */
};
const size_t sysreg_row_count = ARRAY_SIZE(sysreg_rows);

enum trap_result trap_sysreg(struct vcpu *vcpu, uint64_t esr)
{
	uint32_t id = ISS_SYS_ID(esr);
	unsigned int rt = (unsigned int)ISS_SYS_RT(esr);
	const struct register_row *row = sysreg_rows;
	const struct register_row *end = sysreg_rows + ARRAY_SIZE(sysreg_rows);

	while (row < end && (id & row->mask) != row->id)
		row++;
	if (row == end)
		return trap_cache_op(vcpu, esr);
	if (esr & ISS_SYS_READ) {
		uint64_t value;

		if (!row->read)
			return TRAP_UNDEFINED;
		value = row->read(vcpu, id);
		if (rt != 31)
			vcpu->x[rt] = value;
		return TRAP_NEXT;
	}
	return row->write ? row->write(vcpu, id, vcpu->x[rt]) : TRAP_UNDEFINED;
}
