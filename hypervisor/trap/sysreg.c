// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sysreg.c - trapped system registers (Arm ARM D17), as a table. A register
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

typedef void (*register_write)(struct vcpu *vcpu, uint32_t id, uint64_t value);
typedef uint64_t (*register_read)(struct vcpu *vcpu, uint32_t id);

struct register_row {
	uint32_t id, mask; /* SYSREG_ID(), compared under mask */
	register_read read;
	register_write write; /* NULL: that direction is undefined */
};

#define ID_ALL 0x3ffc1eu
#define ID_CRM_OP2 (ID_ALL & ~SYSREG_ID(0, 0, 0, 15, 7))
#define ID_CRM (ID_ALL & ~SYSREG_ID(0, 0, 0, 15, 0))
#define ID_OP2 (ID_ALL & ~SYSREG_ID(0, 0, 0, 0, 7))
#define CRM(id) FIELD(id, 4, 1)
#define OP2(id) FIELD(id, 19, 17)

static uint64_t read_zero(struct vcpu *vcpu, uint32_t id)
{
	(void)vcpu;
	(void)id;
	return 0;
}

static void write_ignored(struct vcpu *vcpu, uint32_t id, uint64_t value)
{
	(void)vcpu;
	(void)id;
	(void)value;
}

static uint64_t read_id(struct vcpu *vcpu, uint32_t id)
{
	(void)vcpu;
	return CRM(id) >= 1 && CRM(id) <= 7 ? features_id_register(CRM(id), OP2(id)) : 0;
}

static void write_sgi(struct vcpu *vcpu, uint32_t id, uint64_t value)
{
	(void)id;
	vgic_sgi1r(vcpu, value);
}

static uint64_t read_ptimer(struct vcpu *vcpu, uint32_t id)
{
	return vtimer_read(vcpu, OP2(id));
}

static void write_ptimer(struct vcpu *vcpu, uint32_t id, uint64_t value)
{
	vtimer_write(vcpu, OP2(id), value);
}

static uint64_t read_mdscr(struct vcpu *vcpu, uint32_t id)
{
	(void)vcpu;
	(void)id;
	return read_sysreg(mdscr_el1);
}

#define MDSCR_GUEST (BIT(0) | BIT(12) | BIT(13) | BIT(15)) /* SS, TDCC, KDE, MDE */
static void write_mdscr(struct vcpu *vcpu, uint32_t id, uint64_t value)
{
	(void)vcpu;
	(void)id;
	write_sysreg(value & MDSCR_GUEST, mdscr_el1);
}

static uint64_t read_oslsr(struct vcpu *vcpu, uint32_t id)
{
	(void)vcpu;
	(void)id;
	return BIT(3); /* OS lock implemented, not locked */
}

/* Most frequent first. */
static const struct register_row rows[] = {
	{ SYSREG_ID(3, 0, 12, 11, 5), ID_ALL, NULL, write_sgi },                             /* ICC_SGI1R_EL1 */
	{ SYSREG_ID(3, 0, 0, 0, 0), ID_CRM_OP2, read_id, NULL },                             /* ID registers */
	{ SYSREG_ID(3, 3, 14, 2, 0), ID_OP2, read_ptimer, write_ptimer },                    /* CNTP_* */
	{ SYSREG_ID(3, 0, 12, 11, 6), ID_OP2 & ~SYSREG_ID(0, 0, 0, 0, 1), NULL, write_sgi }, /* ASGI1R, SGI0R */
	{ SYSREG_ID(3, 0, 1, 0, 1), ID_ALL, read_zero, write_ignored }, /* ACTLR_EL1: the CPU's, not a guest's */
	{ SYSREG_ID(2, 0, 0, 2, 2), ID_ALL, read_mdscr, write_mdscr },  /* MDSCR_EL1 */
	{ SYSREG_ID(2, 0, 0, 0, 4), ID_CRM, read_zero, write_ignored }, /* DBGBVR<n>_EL1 */
	{ SYSREG_ID(2, 0, 0, 0, 5), ID_CRM, read_zero, write_ignored }, /* DBGBCR<n>_EL1 */
	{ SYSREG_ID(2, 0, 0, 0, 6), ID_CRM, read_zero, write_ignored }, /* DBGWVR<n>_EL1 */
	{ SYSREG_ID(2, 0, 0, 0, 7), ID_CRM, read_zero, write_ignored }, /* DBGWCR<n>_EL1 */
	{ SYSREG_ID(2, 0, 0, 2, 0), ID_ALL, read_zero, write_ignored }, /* MDCCINT_EL1 */
	{ SYSREG_ID(2, 0, 0, 0, 2), ID_ALL, read_zero, write_ignored }, /* OSDTRRX_EL1 */
	{ SYSREG_ID(2, 0, 0, 3, 2), ID_ALL, read_zero, write_ignored }, /* OSDTRTX_EL1 */
	{ SYSREG_ID(2, 0, 0, 6, 2), ID_ALL, read_zero, write_ignored }, /* OSECCR_EL1 */
	{ SYSREG_ID(2, 0, 1, 0, 0), ID_ALL, read_zero, NULL },          /* MDRAR_EL1 */
	{ SYSREG_ID(2, 0, 1, 0, 4), ID_ALL, NULL, write_ignored },      /* OSLAR_EL1 */
	{ SYSREG_ID(2, 0, 1, 1, 4), ID_ALL, read_oslsr, NULL },         /* OSLSR_EL1 */
	{ SYSREG_ID(2, 0, 1, 3, 4), ID_ALL, read_zero, write_ignored }, /* OSDLR_EL1 */
	{ SYSREG_ID(2, 0, 1, 4, 4), ID_ALL, read_zero, write_ignored }, /* DBGPRCR_EL1 */
	{ SYSREG_ID(2, 0, 7, 8, 6), ID_ALL, read_zero, write_ignored }, /* DBGCLAIMSET_EL1 */
	{ SYSREG_ID(2, 0, 7, 9, 6), ID_ALL, read_zero, write_ignored }, /* DBGCLAIMCLR_EL1 */
	{ SYSREG_ID(2, 0, 7, 14, 6), ID_ALL, read_zero, NULL },         /* DBGAUTHSTATUS_EL1 */
	{ SYSREG_ID(2, 3, 0, 1, 0), ID_ALL, read_zero, NULL },          /* MDCCSR_EL0 */
	{ SYSREG_ID(2, 3, 0, 4, 0), ID_ALL, read_zero, write_ignored }, /* DBGDTR_EL0 */
	{ SYSREG_ID(2, 3, 0, 5, 0), ID_ALL, read_zero, write_ignored }, /* DBGDTRRX/TX_EL0 */
};

enum trap_result trap_sysreg(struct vcpu *vcpu, uint64_t esr)
{
	uint32_t id = ISS_SYS_ID(esr);
	unsigned int rt = (unsigned int)ISS_SYS_RT(esr);
	const struct register_row *row = rows;
	const struct register_row *end = rows + ARRAY_SIZE(rows);

	while (row < end && (id & row->mask) != row->id)
		row++;
	if (row == end)
		return TRAP_UNDEFINED;
	if (esr & ISS_SYS_READ) {
		uint64_t value;

		if (!row->read)
			return TRAP_UNDEFINED;
		value = row->read(vcpu, id);
		if (rt < 31)
			vcpu->x[rt] = value;
	} else {
		if (!row->write)
			return TRAP_UNDEFINED;
		row->write(vcpu, id, rt < 31 ? vcpu->x[rt] : 0);
	}
	return TRAP_NEXT;
}
