/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gicv3_regs.h - GICv3 system registers by encoding (Arm IHI 0069, 12.4): the
 * assembler's baseline architecture has no names for them.
 */
#ifndef HW_GICV3_REGS_H
#define HW_GICV3_REGS_H

#include "cpu/sysreg.h"
#include "hw/gic.h"

#define ICC_IAR0_EL1 S3_0_C12_C8_0
#define ICC_EOIR0_EL1 S3_0_C12_C8_1
#define ICC_IGRPEN0_EL1 S3_0_C12_C12_6
#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_DIR_EL1 S3_0_C12_C11_1
#define ICC_SGI1R_EL1 S3_0_C12_C11_5
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_BPR1_EL1 S3_0_C12_C12_3
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_SRE_EL2 S3_4_C12_C9_5
#define ICC_SRE_ENABLE BIT(3)
#define ICH_HCR_EL2 S3_4_C12_C11_0
#define ICH_VTR_EL2 S3_4_C12_C11_1
#define ICH_ELRSR_EL2 S3_4_C12_C11_5
#define ICH_VMCR_EL2 S3_4_C12_C11_7
#define ICH_LR0_EL2 S3_4_C12_C12_0
#define ICH_HCR_EN BIT(0)
#define ICH_HCR_LRENPIE BIT(2)
#define ICH_HCR_NPIE BIT(3)
#define ICH_HCR_TDIR BIT(14)
#define ICH_VTR_TDS BIT(19) /* ICH_HCR_EL2.TDIR works */

#define LR_EOI BIT(41)

/*
 * No priority is active in EL2's interface and in the virtual interface, and EL2's group 0 is off. @ap_registers: as
 * for gicv3_ap_save(). Before this CPU's group 1 is enabled.
 */
void gicv3_reset_interface(unsigned int ap_registers);
/* Take the interrupt of an FIQ at EL2, priority dropped. Return: its INTID, or GIC_SPURIOUS. */
uint32_t gicv3_ack_group0(void);
uint64_t gicv3_lr_read(unsigned int n);
void gicv3_lr_write(unsigned int n, uint64_t value);
void gicv3_ap_save(struct gic_vcpu_state *state, unsigned int count); /* count: 1, 2 or 4 */
void gicv3_ap_restore(const struct gic_vcpu_state *state, unsigned int count);

#endif
