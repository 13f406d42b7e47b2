/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vgic.h - the interrupt controller a domain sees; same version as hardware.
 *
 * State of each virtual interrupt lives here; list registers are a cache of
 * it for the vCPU that runs. An LR stays live in hardware across fast-path
 * exits; it is folded back only when its state is asked for, when room is
 * needed, or when the vCPU leaves its CPU. Lock: one per domain (vgic).
 */
#ifndef GUEST_VGIC_H
#define GUEST_VGIC_H

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
	bool edge, line, latch, active, group1, hw;
	uint8_t when;     /* enum vgic_when, of its last change */
	uint64_t irouter; /* v3 SPI: as the guest wrote it */
};

/* How soon a vCPU that sleeps is to run: sched_wake(), sched_wake_later() with and without @soon. */
enum vgic_when { VGIC_NOW, VGIC_SOON, VGIC_LATER };

#define VGIC_BANKS 32u /* of 32 interrupts */

struct vgic {
	spinlock_t lock;
	uint32_t ctlr;                /* group enable bits 0 and 1 */
	unsigned int spi_count;       /* multiple of 32 */
	struct virq *spis;            /* heap */
	uint32_t enabled[VGIC_BANKS]; /* SPIs, bank 1 on */
	ipa_t gicd, gicr;
};

struct vgic_vcpu {
	struct virq private[32];
	uint32_t enabled;                 /* SGIs and PPIs */
	struct virq *queue;               /* pending or active without a list register, most urgent first */
	struct virq *lr_virq[GIC_LR_MAX]; /* what each list register holds, while on a CPU */
	uint32_t lr_used;
	bool overflow;            /* more in the queue than list registers */
	uint32_t dirty;           /* flush before entry; set by any CPU, atomically */
	bool asleep;              /* GICR_WAKER.ProcessorSleep */
	struct gic_vcpu_state hw; /* while not on a CPU */
};

enum vimo_status vgic_init(struct domain *domain, unsigned int spi_count);
void vgic_destroy(struct domain *domain);
void vgic_vcpu_init(
	struct vcpu *vcpu); /* reset state: PPIs edge/level config, vtimer PPI 27 hw-backed by physical PPI 27 */
/* dom0: let physical SPI intid be this domain's, one to one (HW bit). Physical enable, config and target follow the
 * guest's. */
enum vimo_status vgic_assign_physical(struct domain *domain, uint32_t intid);
/* MMIO regions of this domain: GICD (v2, v3), GICR (v3), at the given bases; registers with mmio_add(). */
enum vimo_status vgic_add_regions(struct domain *domain, ipa_t gicd, ipa_t gicr, uint64_t gicr_stride);

/* A physical interrupt owned by a domain fired on this CPU (already acked and priority-dropped). */
void vgic_physical(struct domain *domain, uint32_t intid);
/* This CPU's physical virtual-timer PPI fired for the running vCPU. */
void vgic_vtimer(struct vcpu *vcpu);
/* Software interrupt sources (emulated devices, events, timers). Any CPU. Wakes or kicks the target. */
void vgic_set_level(struct domain *domain, struct vcpu *vcpu_for_ppi, uint32_t intid, bool high);
void vgic_pulse(struct domain *domain, struct vcpu *vcpu_for_ppi, uint32_t intid);
void vgic_pulse_when(struct domain *domain, struct vcpu *vcpu_for_ppi, uint32_t intid, enum vgic_when when);
/* Trapped ICC_SGI1R_EL1 (v3), also SGI0R/ASGI1R. */
void vgic_sgi1r(struct vcpu *vcpu, uint64_t value);

bool vgic_has_pending(
	struct vcpu *vcpu); /* deliverable and not masked by enable bits: would wake WFI; any context, takes the lock */
void vgic_flush(struct vcpu *vcpu); /* running vCPU, before entry, when dirty */
void vgic_load(
	struct vcpu *vcpu); /* vCPU gets this CPU: restore the interface; set physical active bits of hw LRs for PPIs */
void vgic_put(
	struct vcpu *vcpu); /* vCPU leaves this CPU: fold, save; clear physical active bits of hw PPIs held in LRs */
void vgic_maintenance(struct vcpu *vcpu); /* maintenance interrupt: refill */

#endif
