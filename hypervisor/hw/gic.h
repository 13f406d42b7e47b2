/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gic.h - the physical interrupt controller: GICv2 (IHI 0048) or GICv3 (IHI
 * 0069).
 *
 * One table of functions, chosen once at boot from the DTB. EOImode = 1: EL2
 * drops the priority at once (eoi). A guest deactivates its interrupts through
 * a list register with HW = 1; EL2 deactivates its own. All CPU-interface
 * functions act on the calling CPU.
 */
#ifndef HW_GIC_H
#define HW_GIC_H

#include "lib/types.h"

#define GIC_SGI_KICK 0u   /* EL2's own SGI: look at cpu->work / vCPU requests */
#define GIC_SPECIAL 1020u /* this and above: not an interrupt */
#define GIC_SPURIOUS 1023u
#define GIC_LR_MAX 16u

/* What a vCPU has beyond its list registers. */
#define GIC_OVERFLOW_PENDING 1u
#define GIC_OVERFLOW_ACTIVE 2u

/* In the order of GICv3's bits 63..60. */
#define GIC_LR_ACTIVE 8u
#define GIC_LR_PENDING 4u
#define GIC_LR_HW 2u
#define GIC_LR_GROUP1 1u

/* A list register, independent of version. */
struct gic_lr {
	uint32_t intid;
	uint32_t hw_intid; /* physical INTID when hw */
	uint8_t priority;
	uint8_t source;       /* GICv2 SGI: requesting vCPU */
	uint8_t state;        /* GIC_LR_* */
	bool eoi_maintenance; /* raise maintenance on EOI when not hw */
};

struct gic_info {
	unsigned int version;        /* 2 or 3 */
	unsigned int irq_count;      /* INTIDs, multiple of 32, <= 1020 */
	unsigned int lr_count;       /* list registers that EL2 uses */
	unsigned int lr_implemented; /* and those that there are */
	unsigned int priority_bits;  /* of the virtual interface: ICH_VTR_EL2.PRIbits + 1, GICv2: 5 */
	unsigned int maintenance;    /* INTID of the maintenance PPI */
	pa_t gicd, gicc, gich, gicv; /* v2: all; v3: gicd */
	uint64_t gicd_bytes, gicc_bytes, gicv_bytes;
	pa_t gicr; /* v3: largest redistributor region, where dom0 sees its own */
	uint64_t gicr_bytes;
	unsigned int dom0_entry; /* index in "reg" of the part that dom0 keeps beside the distributor */
	uint64_t dom0_offset;    /* into that entry: where the part begins; 0: it is the whole entry */
	unsigned int fdt_node;   /* offset of its node in the boot DTB */
};
extern struct gic_info gic_info;

/* State of the virtual CPU interface of a vCPU that is not on a CPU. */
struct gic_vcpu_state {
	uint32_t vmcr;
	uint32_t ap0r[4], ap1r[4]; /* v2: ap1r[0] is GICH_APR */
};

struct gic_ops {
	enum vimo_status (*init)(const void *fdt); /* find, map (el2_map), distributor set up: all off, group 1 */
	enum vimo_status (*init_cpu)(void);        /* this CPU's interface and SGIs/PPIs */
	uint32_t (*ack)(void);                     /* IAR: INTID (10+ bits; v2 SGI: source << 10 kept), GIC_SPURIOUS */
	void (*eoi)(uint32_t iar);                 /* priority drop */
	uint32_t (*quell_fiq)(void); /* disable the interrupt of an FIQ for good: INTID, or GIC_SPURIOUS */
	void (*deactivate)(uint32_t iar);
	void (*enable)(uint32_t intid); /* PPI: this CPU's */
	void (*disable)(uint32_t intid);
	void (*set_edge)(uint32_t intid, bool edge);
	void (*set_target)(uint32_t intid, unsigned int cpu); /* SPI */
	void (*set_active)(uint32_t intid, bool active);      /* PPI: this CPU's */
	void (*set_pending)(uint32_t intid, bool pending);
	void (*send_sgi)(unsigned int cpu, uint32_t sgi); /* DSB ISHST before, so that memory is seen first */
	/* Virtual CPU interface of the vCPU on this CPU */
	/* By value: two registers, no stack. All zero: empty. */
	void (*lr_write)(unsigned int n, struct gic_lr lr);
	struct gic_lr (*lr_read)(unsigned int n);
	uint64_t (*lr_empty)(void); /* ELRSR: bit n set: lr n holds nothing */
	/*
	 * GIC_OVERFLOW_*. PENDING: maintenance when no LR is pending. ACTIVE: maintenance at the EOI of an interrupt
	 * in no LR, and its deactivation by ICC_DIR_EL1 traps.
	 */
	void (*set_overflow)(unsigned int what);
	unsigned int (*eoi_count)(void);            /* such EOIs since the last call */
	void (*save)(struct gic_vcpu_state *state); /* and disable the interface */
	void (*restore)(const struct gic_vcpu_state *state);
};
extern const struct gic_ops gicv2_ops, gicv3_ops;
extern const struct gic_ops *gic; /* one of them */

#endif
