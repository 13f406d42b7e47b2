// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gic.c - GICv2 (IHI 0048 B.b) and GICv3 (IHI 0069 H) with the registers that both have.
 */
#include "lib/gic.h"

#define GICD VIMO_GUEST_GICD_BASE
#define GICC VIMO_GUEST_GICC_BASE
#define GICC_CTLR 0x00u
#define GICC_PMR 0x04u
#define GICC_BPR 0x08u
#define GICC_IAR 0x0cu
#define GICC_EOIR 0x10u
#define GICR_WAKER 0x14u
#define GICR_SGI_FRAME 0x10000u
#define CTLR_GROUP1_ARE (1u << 1 | 1u << 4)
#define LAST_SPI 64u /* interrupts that cases use lie below */
#define PRIORITIES 0xa0a0a0a0u

static uint64_t redistributor(void)
{
	return VIMO_GUEST_GICR_BASE + this_cpu()->id * VIMO_GUEST_GICR_STRIDE;
}

uint64_t gic_bit_register(unsigned int offset, unsigned int intid)
{
	if (intid < 32 && gic_version == 3)
		return redistributor() + GICR_SGI_FRAME + offset;
	return GICD + offset + intid / 32 * 4;
}

static void write_bit(unsigned int offset, unsigned int intid)
{
	write32(gic_bit_register(offset, intid), 1u << intid % 32);
}

static int read_bit(unsigned int offset, unsigned int intid)
{
	return read32(gic_bit_register(offset, intid)) >> intid % 32 & 1;
}

/* All of one bank of 32. */
static void bank_reset(unsigned int first)
{
	uint64_t priority = gic_bit_register(0, first) - (first / 32 * 4) + GICD_IPRIORITYR;

	write32(gic_bit_register(GICD_ICENABLER, first), ~0u);
	write32(gic_bit_register(GICD_ICPENDR, first), ~0u);
	write32(gic_bit_register(GICD_ICACTIVER, first), ~0u);
	if (gic_version == 3)
		write32(gic_bit_register(GICD_IGROUPR, first), ~0u);
	for (unsigned int i = 0; i < 32; i += 4)
		write32(priority + first + i, PRIORITIES);
}

void gic_cpu_reset(void)
{
	if (gic_version == 3) {
		write_register(S3_0_C12_C12_5, 1); /* ICC_SRE_EL1.SRE */
		write32(redistributor() + GICR_WAKER, 0);
	}
	bank_reset(0);
	if (gic_version == 3) {
		write_register(S3_0_C4_C6_0, 0xff); /* ICC_PMR_EL1 */
		write_register(S3_0_C12_C12_3, 0);  /* ICC_BPR1_EL1 */
		write_register(S3_0_C12_C12_4, 0);  /* ICC_CTLR_EL1: EOI drops and deactivates */
		write_register(S3_0_C12_C12_6, 0);  /* ICC_IGRPEN0_EL1 */
		write_register(S3_0_C12_C12_7, 1);  /* ICC_IGRPEN1_EL1 */
		return;
	}
	write32(GICC + GICC_PMR, 0xff);
	write32(GICC + GICC_BPR, 0);
	write32(GICC + GICC_CTLR, 1);
}

void gic_reset(void)
{
	for (unsigned int first = 32; first < LAST_SPI; first += 32)
		bank_reset(first);
	write32(GICD + GICD_CTLR, gic_version == 3 ? CTLR_GROUP1_ARE : 1);
	gic_cpu_reset();
}

void gic_enable(unsigned int intid)
{
	write_bit(GICD_ISENABLER, intid);
}

void gic_disable(unsigned int intid)
{
	write_bit(GICD_ICENABLER, intid);
}

int gic_is_pending(unsigned int intid)
{
	return read_bit(GICD_ISPENDR, intid);
}

int gic_is_active(unsigned int intid)
{
	return read_bit(GICD_ISACTIVER, intid);
}

unsigned int gic_acknowledge(void)
{
	uint32_t iar;

	if (gic_version == 2) {
		iar = read32(GICC + GICC_IAR);
	} else {
		iar = (uint32_t)read_register(S3_0_C12_C12_0); /* ICC_IAR1_EL1 */
	}
	/* The interrupt is active before what follows (IHI 0069 H, 4.1.1). */
	__asm__ volatile("dsb sy\n\tisb" ::: "memory");
	return iar;
}

void gic_end(unsigned int iar)
{
	if (gic_version == 2)
		write32(GICC + GICC_EOIR, iar);
	else
		write_register(S3_0_C12_C12_1, iar); /* ICC_EOIR1_EL1 */
}

void gic_send_sgi(unsigned int cpu, unsigned int intid)
{
	/* Stores of before are seen by the CPU that takes it. */
	__asm__ volatile("dsb ish" ::: "memory");
	if (gic_version == 2)
		write32(GICD + GICD_SGIR, 1u << (16 + cpu) | intid);
	else
		write_register(S3_0_C12_C11_5, (uint64_t)intid << 24 | 1u << cpu); /* ICC_SGI1R_EL1 */
}
