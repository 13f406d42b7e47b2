// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gicv3_regs.c - registers whose number is part of the instruction.
 */
#include "hw/gicv3_regs.h"
#include "cpu/barrier.h"

uint64_t gicv3_lr_read(unsigned int n)
{
	switch (n) {
	case 0: return read_sysreg(S3_4_C12_C12_0);
	case 1: return read_sysreg(S3_4_C12_C12_1);
	case 2: return read_sysreg(S3_4_C12_C12_2);
	case 3: return read_sysreg(S3_4_C12_C12_3);
	case 4: return read_sysreg(S3_4_C12_C12_4);
	case 5: return read_sysreg(S3_4_C12_C12_5);
	case 6: return read_sysreg(S3_4_C12_C12_6);
	case 7: return read_sysreg(S3_4_C12_C12_7);
	case 8: return read_sysreg(S3_4_C12_C13_0);
	case 9: return read_sysreg(S3_4_C12_C13_1);
	case 10: return read_sysreg(S3_4_C12_C13_2);
	case 11: return read_sysreg(S3_4_C12_C13_3);
	case 12: return read_sysreg(S3_4_C12_C13_4);
	case 13: return read_sysreg(S3_4_C12_C13_5);
	case 14: return read_sysreg(S3_4_C12_C13_6);
	case 15: return read_sysreg(S3_4_C12_C13_7);
	}
	return 0;
}

void gicv3_lr_write(unsigned int n, uint64_t value)
{
	switch (n) {
	case 0: write_sysreg(value, S3_4_C12_C12_0); break;
	case 1: write_sysreg(value, S3_4_C12_C12_1); break;
	case 2: write_sysreg(value, S3_4_C12_C12_2); break;
	case 3: write_sysreg(value, S3_4_C12_C12_3); break;
	case 4: write_sysreg(value, S3_4_C12_C12_4); break;
	case 5: write_sysreg(value, S3_4_C12_C12_5); break;
	case 6: write_sysreg(value, S3_4_C12_C12_6); break;
	case 7: write_sysreg(value, S3_4_C12_C12_7); break;
	case 8: write_sysreg(value, S3_4_C12_C13_0); break;
	case 9: write_sysreg(value, S3_4_C12_C13_1); break;
	case 10: write_sysreg(value, S3_4_C12_C13_2); break;
	case 11: write_sysreg(value, S3_4_C12_C13_3); break;
	case 12: write_sysreg(value, S3_4_C12_C13_4); break;
	case 13: write_sysreg(value, S3_4_C12_C13_5); break;
	case 14: write_sysreg(value, S3_4_C12_C13_6); break;
	case 15: write_sysreg(value, S3_4_C12_C13_7); break;
	}
}

void gicv3_ap_save(struct gic_vcpu_state *state, unsigned int count)
{
	state->ap0r[0] = (uint32_t)read_sysreg(S3_4_C12_C8_0);
	state->ap1r[0] = (uint32_t)read_sysreg(S3_4_C12_C9_0);
	if (count > 1) {
		state->ap0r[1] = (uint32_t)read_sysreg(S3_4_C12_C8_1);
		state->ap1r[1] = (uint32_t)read_sysreg(S3_4_C12_C9_1);
	}
	if (count > 2) {
		state->ap0r[2] = (uint32_t)read_sysreg(S3_4_C12_C8_2);
		state->ap1r[2] = (uint32_t)read_sysreg(S3_4_C12_C9_2);
		state->ap0r[3] = (uint32_t)read_sysreg(S3_4_C12_C8_3);
		state->ap1r[3] = (uint32_t)read_sysreg(S3_4_C12_C9_3);
	}
}

void gicv3_ap_restore(const struct gic_vcpu_state *state, unsigned int count)
{
	write_sysreg(state->ap0r[0], S3_4_C12_C8_0);
	write_sysreg(state->ap1r[0], S3_4_C12_C9_0);
	if (count > 1) {
		write_sysreg(state->ap0r[1], S3_4_C12_C8_1);
		write_sysreg(state->ap1r[1], S3_4_C12_C9_1);
	}
	if (count > 2) {
		write_sysreg(state->ap0r[2], S3_4_C12_C8_2);
		write_sysreg(state->ap1r[2], S3_4_C12_C9_2);
		write_sysreg(state->ap0r[3], S3_4_C12_C8_3);
		write_sysreg(state->ap1r[3], S3_4_C12_C9_3);
	}
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
	if (priority_bits >= 7) {
		write_sysreg(0, S3_0_C12_C9_3);
		write_sysreg(0, S3_0_C12_C9_2);
	}
	if (priority_bits >= 6)
		write_sysreg(0, S3_0_C12_C9_1);
	write_sysreg(0, S3_0_C12_C9_0);
}

static void reset_active_priorities0(unsigned int priority_bits)
{
	if (priority_bits >= 7) {
		write_sysreg(0, S3_0_C12_C8_7);
		write_sysreg(0, S3_0_C12_C8_6);
	}
	if (priority_bits >= 6)
		write_sysreg(0, S3_0_C12_C8_5);
	write_sysreg(0, S3_0_C12_C8_4);
}

void gicv3_reset_interface(unsigned int ap_registers)
{
	static const struct gic_vcpu_state empty;
	unsigned int priority_bits = (unsigned int)FIELD(read_sysreg(ICC_CTLR_EL1), 10, 8) + 1;

	reset_active_priorities(priority_bits);
	group0 = owns_group0(priority_bits);
	if (group0) {
		write_sysreg(0, ICC_IGRPEN0_EL1);
		reset_active_priorities0(priority_bits);
	}
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
