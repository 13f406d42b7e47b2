/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virq.h - the interrupt controller of a domain; same version as the hardware.
 *
 * struct virq holds the state of each virtual interrupt; list registers are a
 * cache of it for the vCPU that runs. A list register stays live in hardware
 * across fast-path exits. It is folded back when a register access reads its
 * state, when room is needed, or when the vCPU leaves its CPU. Lock: one per
 * domain (vgic).
 */
#ifndef GUEST_VIRQ_H
#define GUEST_VIRQ_H

#include "hw/gic.h"
#include "lib/lock.h"
#include "lib/types.h"

struct vcpu;
struct domain;

struct virq {
	struct vcpu *vcpu; /* on that vCPU's queue or in its list register lr, or NULL */
	struct virq *next; /* in that queue, by priority */
	uint16_t intid;
	uint16_t hw_intid; /* physical interrupt behind it, when hw */
	uint8_t priority;
	uint8_t targets;       /* v2 SPI: ITARGETSR mask */
	uint8_t target;        /* SPI: vCPU it goes to */
	uint8_t sgi_sources;   /* v2 SGI: vCPUs whose request is pending */
	uint8_t active_source; /* v2 SGI: whose request is active; its EOI names it */
	uint8_t lr;            /* number + 1 of the list register that holds it */
	uint8_t ask;           /* VIRQ_*: change to make when another CPU gives it back */
	uint8_t shown;         /* GIC_LR_*: what was put into the list register, for other vCPUs that read it */
	uint8_t gate;          /* bit of GICD_CTLR that lets it through; 0: routed to no vCPU */
	bool edge, line, latch, active, group1, hw, lpi_enabled;
	bool soft;        /* timer: a register write made it pending, not its line */
	bool unrouted;    /* SPI: its routing register names no vCPU */
	uint8_t when;     /* enum vgic_when, of its last change */
	uint64_t irouter; /* v3 SPI: as the guest wrote it */
};

/* How soon a sleeping vCPU runs: sched_wake(), sched_wake_later() with and without @soon. */
enum vgic_when { VGIC_NOW, VGIC_SOON, VGIC_LATER };

struct vlpis;

#define VGIC_BANKS 32u /* of 32 interrupts */

struct vgic {
	spinlock_t lock;
	uint32_t ctlr;                /* group enable bits 0 and 1 */
	unsigned int spi_count;       /* multiple of 32 */
	struct virq *spis;            /* heap */
	uint32_t enabled[VGIC_BANKS]; /* SPIs, bank 1 on */
	struct vlpis *lpis;           /* dom0's with an ITS, else NULL; owner vlpi.c */
};

struct vgic_vcpu {
	struct virq private[32];
	uint32_t enabled;                 /* SGIs and PPIs */
	uint64_t sgi_self;                /* ICC_SGI1R_EL1 without the INTID, when it names this vCPU alone */
	struct virq *queue;               /* pending or active without a list register, most urgent first */
	struct virq *lr_virq[GIC_LR_MAX]; /* the interrupt in each list register, while on a CPU */
	uint32_t lr_used;
	uint8_t overflow;         /* GIC_OVERFLOW_*: in the queue, for want of a list register */
	bool show;                /* another CPU waits for a fold; atomic */
	uint32_t dirty;           /* flush before entry; set by any CPU, atomically */
	bool asleep;              /* GICR_WAKER.ProcessorSleep */
	bool lpis_enabled;        /* GICR_CTLR.EnableLPIs */
	uint64_t pendbaser;       /* as the guest wrote it */
	struct gic_vcpu_state hw; /* while not on a CPU */
};

#endif
