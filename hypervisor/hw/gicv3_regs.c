// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gicv3_regs.c - registers whose number is part of the instruction.
 */
#include "hw/gicv3_regs.h"
#include "cpu/barrier.h"

/* List register n is ICH_LR<n>_EL2: op2 is n's lower three bits, CRm is 12 or 13. */
#define EACH_OP2(X, crm) X(crm, 0) X(crm, 1) X(crm, 2) X(crm, 3) X(crm, 4) X(crm, 5) X(crm, 6) X(crm, 7)
#define LR_READ(crm, op2)                \
	if (n == ((crm)-12) * 8 + (op2)) \
		return read_sysreg(S3_4_C12_C##crm##_##op2);
#define LR_WRITE(crm, op2)               \
	if (n == ((crm)-12) * 8 + (op2)) \
		write_sysreg(value, S3_4_C12_C##crm##_##op2);

uint64_t gicv3_lr_read(unsigned int n)
{
	EACH_OP2(LR_READ, 12)
	EACH_OP2(LR_READ, 13)
	return 0;
}

void gicv3_lr_write(unsigned int n, uint64_t value)
{
	EACH_OP2(LR_WRITE, 12)
	EACH_OP2(LR_WRITE, 13)
}

/* Active priorities registers: n of ICH_AP0R<n>_EL2 and alike, of which there are 1, 2 or 4; op2 of ICC_AP0R<n>_EL1. */
#define EACH_AP(X) X(0, 4) X(1, 5) X(2, 6) X(3, 7)
#define AP_SAVE(n, op2)                                                  \
	if (count > (n)) {                                               \
		state->ap0r[n] = (uint32_t)read_sysreg(S3_4_C12_C8_##n); \
		state->ap1r[n] = (uint32_t)read_sysreg(S3_4_C12_C9_##n); \
	}
#define AP_RESTORE(n, op2)                                     \
	if (count > (n)) {                                     \
		write_sysreg(state->ap0r[n], S3_4_C12_C8_##n); \
		write_sysreg(state->ap1r[n], S3_4_C12_C9_##n); \
	}
#define AP_RESET(n, op2)                                    \
	if (count > (n)) {                                  \
		write_sysreg(0, S3_0_C12_C9_##n);           \
		if (group0)                                 \
			write_sysreg(0, S3_0_C12_C8_##op2); \
	}

void gicv3_ap_save(struct gic_vcpu_state *state, unsigned int count)
{
	EACH_AP(AP_SAVE)
}

void gicv3_ap_restore(const struct gic_vcpu_state *state, unsigned int count)
{
	EACH_AP(AP_RESTORE)
}

/*
 * EL3 may keep group 0 for itself (SCR_EL3.FIQ = 1): an access to its registers would then trap to EL3. ICC_PMR_EL1
 * tells, since EL2 then sees the upper half of the priorities only, and the lowest bit of its view is not stored
 * (IHI 0069 H, 4.6.3, 4.8.1).
 */
static bool owns_group0(unsigned int priority_bits)
{
	write_sysreg(BIT(8 - priority_bits), ICC_PMR_EL1);
	return read_sysreg(ICC_PMR_EL1) != 0;
}

static bool group0;

/* Their number follows from the priority bits of EL2's interface, not of the virtual interface (IHI 0069 H, 12.2.3). */
static void reset_active_priorities(unsigned int priority_bits)
{
	unsigned int count = priority_bits > 5 ? 1u << (priority_bits - 5) : 1;

	EACH_AP(AP_RESET)
}

void gicv3_reset_interface(unsigned int ap_registers)
{
	static const struct gic_vcpu_state empty;
	unsigned int priority_bits = (unsigned int)FIELD(read_sysreg(ICC_CTLR_EL1), 10, 8) + 1;

	group0 = owns_group0(priority_bits);
	if (group0)
		write_sysreg(0, ICC_IGRPEN0_EL1);
	reset_active_priorities(priority_bits);
	gicv3_ap_restore(&empty, ap_registers);
	write_sysreg(0, ICH_VMCR_EL2);
}

uint32_t gicv3_ack_group0(void)
{
	uint32_t intid;

	if (!group0)
		return GIC_SPURIOUS;
	intid = (uint32_t)read_sysreg(ICC_IAR0_EL1);
	/* As for group 1 (IHI 0069 H, 12.1.6). */
	dsb_sy();
	if (intid < GIC_SPECIAL) {
		write_sysreg(intid, ICC_EOIR0_EL1);
		isb();
	}
	return intid;
}
