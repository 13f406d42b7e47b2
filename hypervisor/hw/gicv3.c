// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gicv3.c - GICv3 and later (Arm IHI 0069), affinity routing, no LPIs.
 */
#include "hw/gic.h"
#include <libfdt.h>
#include "cpu/barrier.h"
#include "cpu/cpu.h"
#include "cpu/sysreg.h"
#include "hw/fdt_reg.h"
#include "hw/gic_dist.h"
#include "hw/gic_lr.h"
#include "hw/its_regs.h"
#include "lib/log.h"
#include "mem/el2_map.h"

#define GICD_CTLR_RWP BIT(31)
#define GICD_CTLR_ARE_NS (1u << 4)
#define GICD_CTLR_GRP1NS (1u << 1)
#define GICD_CTLR_GRP1_ONE (1u << 0) /* seen from Non-secure with two security states: EnableGrp1 */
#define GICR_WAKER 0x0014u
#define GICR_CTLR_RWP BIT(3)
#define GICR_STRIDE 0x20000u
#define GICR_TYPER_LAST BIT(4)
#define GICR_TYPER_VLPIS BIT(1)
#define WAKER_PROCESSOR_SLEEP 2u
#define WAKER_CHILDREN_ASLEEP 4u
#define WAIT_TRIES 1000000u

static uint64_t gicd;
static struct {
	uint64_t base, bytes;
} regions[CPU_MAX];
static unsigned int region_count;
static uint64_t stride; /* from one redistributor to the next; 0: as GICR_TYPER says */
static unsigned int ap_registers;
static bool sre_open;     /* guests write ICC_SRE_EL1 itself */
static uint64_t trap_dir; /* in ICH_HCR_EL2; 0: this CPU cannot */

/* Wait for writes that take time to reach all CPUs (12.9.4, 12.11.2). Bounded: a GIC that hangs must not hang EL2. */
static void wait_until_clear(uint64_t address, uint64_t bits)
{
	for (unsigned int i = 0; i < WAIT_TRIES && mmio_read32(address) & bits; i++)
		;
}

/* One region, or one for each cluster or chip (the kernel's binding arm,gic-v3.yaml). */
static enum vimo_status map_redistributors(const void *fdt, int node)
{
	uint64_t count = 1;

	stride = 0;
	fdt_number(fdt, node, "#redistributor-regions", &count);
	fdt_number(fdt, node, "redistributor-stride", &stride);
	if (!count || count > CPU_MAX || !IS_ALIGNED(stride, GICR_STRIDE))
		return VIMO_LIMIT;
	for (region_count = 0; region_count < count; region_count++) {
		uint64_t base, bytes;

		if (!fdt_reg_entry(fdt, node, 1 + region_count, &base, &bytes))
			return VIMO_NOT_FOUND;
		if (el2_map(base, PA(base), ALIGN_UP(bytes, PAGE_SIZE), EL2_DEVICE))
			return VIMO_NO_MEMORY;
		regions[region_count].base = base;
		regions[region_count].bytes = bytes;
		if (bytes <= gic_info.gicr_bytes)
			continue;
		gic_info.gicr = PA(base);
		gic_info.gicr_bytes = bytes;
		gic_info.dom0_entry = 1 + region_count;
	}
	return VIMO_OK;
}

static enum vimo_status init(const void *fdt)
{
	int node = (int)gic_info.fdt_node;
	uint64_t vtr;

	if (!fdt_reg_entry(fdt, node, 0, &gicd, &gic_info.gicd_bytes))
		return VIMO_NOT_FOUND;
	if (el2_map(gicd, PA(gicd), ALIGN_UP(gic_info.gicd_bytes, PAGE_SIZE), EL2_DEVICE) ||
	    map_redistributors(fdt, node))
		return VIMO_NO_MEMORY;
	gic_info.gicd = PA(gicd);
	vtr = read_sysreg(ICH_VTR_EL2);
	gic_info.lr_implemented = MIN((unsigned int)FIELD(vtr, 4, 0) + 1, GIC_LR_MAX);
	trap_dir = vtr & ICH_VTR_TDS ? ICH_HCR_TDIR : 0;
	gic_info.priority_bits = (unsigned int)FIELD(vtr, 31, 29) + 1;
	ap_registers = 1u << (FIELD(vtr, 28, 26) - 4);
	gic_info.irq_count = MIN(((mmio_read32(gicd + GICD_TYPER) & 31) + 1) * 32, 1020u) & ~31u;
	mmio_write32(gicd + GICD_CTLR, 0);
	wait_until_clear(gicd + GICD_CTLR, GICD_CTLR_RWP);
	gic_reset_lines(gicd, 32, gic_info.irq_count, true);
	wait_until_clear(gicd + GICD_CTLR, GICD_CTLR_RWP);
	mmio_write32(gicd + GICD_CTLR, GICD_CTLR_ARE_NS | GICD_CTLR_GRP1NS | GICD_CTLR_GRP1_ONE);
	wait_until_clear(gicd + GICD_CTLR, GICD_CTLR_RWP);
	return VIMO_OK;
}

static uint64_t find_in_region(uint64_t at, uint64_t end)
{
	uint64_t mpidr = read_sysreg(mpidr_el1), own = FIELD(mpidr, 39, 32) << 24 | FIELD(mpidr, 23, 0);

	while (at + GICR_STRIDE <= end) {
		uint64_t typer = mmio_read64(at + GICR_TYPER);

		if (typer >> 32 == own)
			return at;
		if (typer & GICR_TYPER_LAST)
			break;
		at += stride ? stride : typer & GICR_TYPER_VLPIS ? 2 * GICR_STRIDE : GICR_STRIDE;
	}
	return 0;
}

static uint64_t find_redistributor(void)
{
	uint64_t found = 0;

	for (unsigned int i = 0; i < region_count && !found; i++)
		found = find_in_region(regions[i].base, regions[i].base + regions[i].bytes);
	return found;
}

static void wake(uint64_t gicr)
{
	mmio_write32(gicr + GICR_WAKER, mmio_read32(gicr + GICR_WAKER) & ~WAKER_PROCESSOR_SLEEP);
	wait_until_clear(gicr + GICR_WAKER, WAKER_CHILDREN_ASLEEP);
}

/* A boot loader's LPIs would come from tables in memory that is no longer its own (IHI 0069 H, 12.11.2). */
static void stop_lpis(uint64_t gicr)
{
	uint32_t control = mmio_read32(gicr + GICR_CTLR);

	if (!(control & GICR_CTLR_LPIS))
		return;
	mmio_write32(gicr + GICR_CTLR, control & ~GICR_CTLR_LPIS);
	wait_until_clear(gicr + GICR_CTLR, GICR_CTLR_RWP);
	/* A redistributor may not let go of them (GICR_CTLR.CES = 0). */
	if (mmio_read32(gicr + GICR_CTLR) & GICR_CTLR_LPIS)
		log_print(LOG_WARN, "GIC: LPIs of the firmware stay on");
}

static enum vimo_status init_cpu(void)
{
	uint64_t gicr = find_redistributor();

	if (!gicr)
		return VIMO_NOT_FOUND;
	this_cpu()->gicr = gicr;
	wake(gicr);
	stop_lpis(gicr);
	gic_reset_lines(gicr + GICR_SGI, 0, 32, true);
	wait_until_clear(gicr + GICR_CTLR, GICR_CTLR_RWP);
	/* SRE, DFB, DIB. Enable 0: a guest's ICC_SRE_EL1 traps, see trap/sysreg.c (IHI 0069 H, 12.2.25). */
	write_sysreg(0x7, ICC_SRE_EL2);
	isb();
	/* Enable may be RAO/WI (12.2.25): each vCPU then finds ICC_SRE_EL1 as at reset. */
	sre_open |= !!(read_sysreg(ICC_SRE_EL2) & ICC_SRE_ENABLE);
	write_sysreg(0x7, ICC_SRE_EL1);
	isb();
	gicv3_reset_interface(ap_registers);
	write_sysreg(0xff, ICC_PMR_EL1);
	write_sysreg(0, ICC_BPR1_EL1);
	write_sysreg(BIT(1), ICC_CTLR_EL1); /* EOImode = 1 */
	write_sysreg(1, ICC_IGRPEN1_EL1);
	write_sysreg(0, ICH_HCR_EL2);
	for (unsigned int i = 0; i < gic_info.lr_implemented; i++)
		gicv3_lr_write(i, 0);
	mmio_write32(gicr + GICR_SGI + GICD_ISENABLER, 0xffffu | 1u << gic_info.maintenance);
	isb();
	return VIMO_OK;
}

static uint32_t ack(void)
{
	uint64_t iar = read_sysreg(ICC_IAR1_EL1);

	/* The interrupt is active before EL2 touches its source, and before it looks at memory (IHI 0069 H, 12.1.6). */
	dsb_sy();
	return (uint32_t)iar;
}

static void eoi(uint32_t iar)
{
	write_sysreg(iar, ICC_EOIR1_EL1);
	isb();
}

static void deactivate(uint32_t iar)
{
	write_sysreg(iar, ICC_DIR_EL1);
	isb();
}

static void disable(uint32_t intid)
{
	gic_set_bit(gic_bank(intid), GICD_ICENABLER, intid);
	if (intid >= 32)
		wait_until_clear(gicd + GICD_CTLR, GICD_CTLR_RWP);
	else
		wait_until_clear(this_cpu()->gicr + GICR_CTLR, GICR_CTLR_RWP);
}

static uint32_t quell_fiq(void)
{
	uint32_t intid = gicv3_ack_group0();

	if (intid < GIC_SPECIAL) {
		disable(intid);
		deactivate(intid);
	}
	return intid;
}

static void set_target(uint32_t intid, unsigned int cpu)
{
	mmio_write64(gicd + GICD_IROUTER + intid * 8ull, cpus[cpu].mpidr);
}

static void send_sgi(unsigned int cpu, uint32_t sgi)
{
	uint64_t mpidr = cpus[cpu].mpidr, aff0 = FIELD(mpidr, 7, 0);
	uint64_t value = FIELD(mpidr, 39, 32) << 48 | FIELD(mpidr, 23, 16) << 32 | FIELD(mpidr, 15, 8) << 16 |
			 (aff0 / 16) << 44 | (uint64_t)sgi << 24 | BIT(aff0 % 16);

	dsb_ishst();
	write_sysreg(value, ICC_SGI1R_EL1);
	isb();
}

static void lr_write(unsigned int n, struct gic_lr lr)
{
	gicv3_lr_write(n, gicv3_lr_encode(lr));
}

static struct gic_lr lr_read(unsigned int n)
{
	uint64_t value = gicv3_lr_read(n);

	return (struct gic_lr){ .intid = (uint32_t)value, .state = (uint8_t)(value >> 60) };
}

static uint64_t lr_empty(void)
{
	return read_sysreg(ICH_ELRSR_EL2);
}

static void set_overflow(unsigned int what)
{
	write_sysreg(ICH_HCR_EN | (what & GIC_OVERFLOW_PENDING ? ICH_HCR_NPIE : 0) |
			     (what & GIC_OVERFLOW_ACTIVE ? ICH_HCR_LRENPIE | trap_dir : 0),
		     ICH_HCR_EL2);
}

static unsigned int eoi_count(void)
{
	uint64_t control = read_sysreg(ICH_HCR_EL2);

	write_sysreg(control & MASK(26, 0), ICH_HCR_EL2);
	return (unsigned int)FIELD(control, 31, 27);
}

static void save(struct gic_vcpu_state *state)
{
	state->vmcr = (uint32_t)read_sysreg(ICH_VMCR_EL2);
	gicv3_ap_save(state, ap_registers);
	write_sysreg(0, ICH_HCR_EL2);
	isb();
}

static void restore(const struct gic_vcpu_state *state)
{
	if (sre_open)
		write_sysreg(0x7, ICC_SRE_EL1);
	write_sysreg(state->vmcr, ICH_VMCR_EL2);
	gicv3_ap_restore(state, ap_registers);
	write_sysreg(ICH_HCR_EN, ICH_HCR_EL2);
}

const struct gic_ops gicv3_ops = GIC_OPS;
