/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gic.h - interrupts, the same for GICv2 and GICv3. On GICv3 all are of group 1; on GICv2 they are as after reset. */
#ifndef GUEST_GIC_H
#define GUEST_GIC_H

#include <vimo/guest_map.h>
#include "lib/guest.h"

#define SPURIOUS 1023u

/* Distributor, and the private interrupts and CPU interface of the calling CPU, as each case finds them. */
void gic_reset(void);
void gic_cpu_reset(void);
void gic_enable(unsigned int intid);
void gic_disable(unsigned int intid);
int gic_is_pending(unsigned int intid);
int gic_is_active(unsigned int intid);
unsigned int gic_acknowledge(void);
void gic_end(unsigned int iar);
void gic_send_sgi(unsigned int cpu, unsigned int intid);
/* Address of a register of one bit for each interrupt: GICD or this CPU's GICR. @offset is GICD_I...R0's. */
uint64_t gic_bit_register(unsigned int offset, unsigned int intid);

#define GICD_CTLR 0x000u
#define GICD_TYPER 0x004u
#define GICD_IGROUPR 0x080u
#define GICD_ISENABLER 0x100u
#define GICD_ICENABLER 0x180u
#define GICD_ISPENDR 0x200u
#define GICD_ICPENDR 0x280u
#define GICD_ISACTIVER 0x300u
#define GICD_ICACTIVER 0x380u
#define GICD_IPRIORITYR 0x400u
#define GICD_ITARGETSR 0x800u
#define GICD_ICFGR 0xc00u
#define GICD_SGIR 0xf00u

#endif
