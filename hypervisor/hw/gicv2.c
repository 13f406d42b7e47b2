// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gicv2.c - GIC-400 and alike (Arm IHI 0048, with virtualization extensions).
 * EL2 is in the Non-secure world and cannot see group bits.
 */
#include "hw/gic.h"
#include <libfdt.h>
#include "cpu/cpu.h"
#include "cpu/barrier.h"
#include "cpu/sysreg.h"
#include "hw/fdt_reg.h"
#include "hw/gic_dist.h"
#include "mem/el2_map.h"

#define GICC_CTLR 0x0000u
#define GICC_PMR 0x0004u
#define GICC_BPR 0x0008u
#define GICC_IAR 0x000cu
#define GICC_EOIR 0x0010u
#define GICC_IIDR 0x00fcu
#define GICC_APR 0x00d0u
#define GICC_APRS 4u
#define GICC_DIR 0x1000u
#define GICC_CTLR_ENABLE 1u
#define GICC_CTLR_EOIMODE_NS (1u << 9)

#define GICH_HCR 0x000u
#define GICH_VTR 0x004u
#define GICH_VMCR 0x008u
#define GICH_ELRSR 0x030u
#define GICH_APR 0x0f0u
#define GICH_LR 0x100u
#define GICH_HCR_EN 1u
#define GICH_HCR_LRENPIE 4u
#define GICH_HCR_NPIE 8u

#define LR_HW (1u << 31)
#define LR_GROUP1 (1u << 30)
/* Bits 29 and 28: active, pending */
#define LR_EOI (1u << 19)

static uint64_t gicd, gicc, gich;

/* Where each 4 KiB page fills 64 KiB with its copies, the CPU interface's two pages meet at this offset. */
#define ALIASED_BYTES 0x20000u
#define ALIASED_OFFSET 0xf000u

static enum vimo_status map_part(const void *fdt, unsigned int index, uint64_t *base, uint64_t *bytes)
{
	if (!fdt_reg_entry(fdt, (int)gic_info.fdt_node, index, base, bytes))
		return VIMO_NOT_FOUND;
	return el2_map(*base, PA(*base), ALIGN_UP(*bytes, PAGE_SIZE), EL2_DEVICE);
}

/*
 * Boards for systems with 64 KiB pages copy each 4 KiB page of a GIC-400 16 times (Xilinx UG1085, "GIC-400 address
 * map"; SBSA, DEN 0029, on GICv2): GICC_DIR is at 64 KiB then. The first page and its last copy show the same
 * GICC_IIDR; where the frames are not copied, that offset holds nothing (IHI 0048 B.b, 4.4).
 */
static uint64_t frame_offset(uint64_t base, uint64_t bytes)
{
	uint32_t id;

	if (bytes < ALIASED_BYTES)
		return 0;
	id = mmio_read32(base + GICC_IIDR);
	return id && mmio_read32(base + ALIASED_OFFSET + GICC_IIDR) == id ? ALIASED_OFFSET : 0;
}

static enum vimo_status init(const void *fdt)
{
	uint64_t bytes, gicv;
	enum vimo_status status = map_part(fdt, 0, &gicd, &gic_info.gicd_bytes);

	if (!status)
		status = map_part(fdt, 1, &gicc, &gic_info.gicc_bytes);
	/* Old trees give the CPU interface one page of its two (IHI 0048 B.b, 4.1.3). */
	if (!status && gic_info.gicc_bytes <= PAGE_SIZE)
		status = el2_map(gicc + PAGE_SIZE, PA(gicc + PAGE_SIZE), PAGE_SIZE, EL2_DEVICE);
	if (!status)
		status = map_part(fdt, 2, &gich, &bytes);
	if (status || !fdt_reg_entry(fdt, (int)gic_info.fdt_node, 3, &gicv, &gic_info.gicv_bytes))
		return VIMO_NOT_FOUND;
	gic_info.dom0_offset = frame_offset(gicc, gic_info.gicc_bytes);
	gicc += gic_info.dom0_offset;
	/* GICV has no register that can be read before it is on: it is laid out as GICC is. */
	if (gic_info.gicv_bytes >= ALIASED_BYTES)
		gicv += gic_info.dom0_offset;
	gic_info.gicd = PA(gicd);
	gic_info.dom0_entry = 1; /* the CPU interface */
	gic_info.gicc = PA(gicc);
	gic_info.gich = PA(gich);
	gic_info.gicv = PA(gicv);
	gic_info.irq_count = MIN(((mmio_read32(gicd + GICD_TYPER) & 31) + 1) * 32, 1020u) & ~31u;
	gic_info.lr_implemented = MIN((mmio_read32(gich + GICH_VTR) & 63) + 1, GIC_LR_MAX);
	gic_info.priority_bits = 5;
	mmio_write32(gicd + GICD_CTLR, 0);
	gic_reset_lines(gicd, 32, gic_info.irq_count, false);
	mmio_write32(gicd + GICD_CTLR, 1);
	return VIMO_OK;
}

/* A boot loader, or a kernel before EL2, may have left priorities active (IHI 0048 B.b, 4.4.11, 5.3.10). */
static void reset_priorities(void)
{
	for (unsigned int i = 0; i < GICC_APRS; i++)
		mmio_write32(gicc + GICC_APR + i * 4, 0);
	mmio_write32(gich + GICH_APR, 0);
	mmio_write32(gich + GICH_VMCR, 0);
}

/*
 * A CPU with system registers of a GIC, too, must not show them to guests whose interrupts come through GICV: SRE 0 at
 * EL2 is SRE 0 at EL1, Enable 0 traps ICC_SRE_EL1 (IHI 0069 H, 12.2.24, 12.2.25).
 */
static void close_system_registers(void)
{
	if (!FIELD(read_sysreg(id_aa64pfr0_el1), 27, 24))
		return;
	write_sysreg(0, S3_4_C12_C9_5); /* ICC_SRE_EL2 */
	isb();
}

static enum vimo_status init_cpu(void)
{
	close_system_registers();
	gic_reset_lines(gicd, 0, 32, false);
	mmio_write32(gicd + GICD_ISENABLER, 0xffff);
	/* A read of the first target register gives this CPU's own mask (4.3.12). */
	this_cpu()->gicr = mmio_read32(gicd + GICD_ITARGETSR) & 0xff;
	if (!this_cpu()->gicr)
		this_cpu()->gicr = 1;
	for (unsigned int i = 0; i < gic_info.lr_implemented; i++)
		mmio_write32(gich + GICH_LR + i * 4, 0);
	mmio_write32(gich + GICH_HCR, 0);
	reset_priorities();
	mmio_write32(gicc + GICC_PMR, 0xff);
	mmio_write32(gicc + GICC_BPR, 0);
	mmio_write32(gicc + GICC_CTLR, GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE_NS);
	mmio_write32(gicd + GICD_ISENABLER, 1u << gic_info.maintenance);
	return VIMO_OK;
}

static uint32_t ack(void)
{
	uint32_t iar = mmio_read32(gicc + GICC_IAR);

	/* It is active before EL2 looks at what its source wrote (IHI 0048 B.b, 4.4.4; DDI 0487 J.a, B2.7.2). */
	dsb_sy();
	return iar;
}

/* GICC_CTLR.FIQEn is 0, or the firmware's: no FIQ is EL2's (IHI 0048 B.b, 4.4.1). */
static uint32_t quell_fiq(void)
{
	return GIC_SPURIOUS;
}

static void eoi(uint32_t iar)
{
	mmio_write32(gicc + GICC_EOIR, iar);
}

static void deactivate(uint32_t iar)
{
	mmio_write32(gicc + GICC_DIR, iar);
}

static void disable(uint32_t intid)
{
	gic_set_bit(gicd, GICD_ICENABLER, intid);
}

static void set_target(uint32_t intid, unsigned int cpu)
{
	mmio_write8(gicd + GICD_ITARGETSR + intid, (uint8_t)cpus[cpu].gicr);
}

static void send_sgi(unsigned int cpu, uint32_t sgi)
{
	dsb_ishst();
	mmio_write32(gicd + GICD_SGIR, (uint32_t)cpus[cpu].gicr << 16 | sgi);
}

static void lr_write(unsigned int n, struct gic_lr lr)
{
	uint32_t value = lr.intid | (uint32_t)(lr.priority >> 3) << 23;

	value |= lr.state & GIC_LR_GROUP1 ? LR_GROUP1 : 0;
	value |= (uint32_t)(lr.state & (GIC_LR_ACTIVE | GIC_LR_PENDING)) >> 2 << 28;
	if (lr.state & GIC_LR_HW)
		value |= LR_HW | lr.hw_intid << 10;
	else
		value |= (uint32_t)lr.source << 10 | (lr.eoi_maintenance ? LR_EOI : 0);
	mmio_write32(gich + GICH_LR + n * 4, value);
}

static struct gic_lr lr_read(unsigned int n)
{
	uint32_t value = mmio_read32(gich + GICH_LR + n * 4);

	return (struct gic_lr){
		.intid = value & 0x3ff,
		.state = (uint8_t)((value >> 28 & 3) << 2 | (value & LR_HW ? GIC_LR_HW : 0)),
		.source = value & LR_HW ? 0 : value >> 10 & 7,
	};
}

static uint64_t lr_empty(void)
{
	return mmio_read32(gich + GICH_ELRSR);
}

/* GICV_DIR is emulated always (guest/vgic_setup.c): nothing to trap here. */
static void set_overflow(unsigned int what)
{
	mmio_write32(gich + GICH_HCR, GICH_HCR_EN | (what & GIC_OVERFLOW_PENDING ? GICH_HCR_NPIE : 0) |
					      (what & GIC_OVERFLOW_ACTIVE ? GICH_HCR_LRENPIE : 0));
}

static unsigned int eoi_count(void)
{
	uint32_t control = mmio_read32(gich + GICH_HCR);

	mmio_write32(gich + GICH_HCR, control & ((1u << 27) - 1));
	return control >> 27;
}

static void save(struct gic_vcpu_state *state)
{
	state->vmcr = mmio_read32(gich + GICH_VMCR);
	state->ap1r[0] = mmio_read32(gich + GICH_APR);
	mmio_write32(gich + GICH_HCR, 0);
}

static void restore(const struct gic_vcpu_state *state)
{
	mmio_write32(gich + GICH_VMCR, state->vmcr);
	mmio_write32(gich + GICH_APR, state->ap1r[0]);
	mmio_write32(gich + GICH_HCR, GICH_HCR_EN);
}

const struct gic_ops gicv2_ops = GIC_OPS;
